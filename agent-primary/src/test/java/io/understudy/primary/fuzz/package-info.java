/** The parsers of the primary under mutation. */
package io.understudy.primary.fuzz;
