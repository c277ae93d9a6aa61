/** The moments at which the primary's agent may be killed, by name. A leaf. */
package io.understudy.primary.points;
