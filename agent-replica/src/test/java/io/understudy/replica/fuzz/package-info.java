/** The parsers of the replica under mutation. */
package io.understudy.replica.fuzz;
