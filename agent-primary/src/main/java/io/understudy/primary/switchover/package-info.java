/** Hands the site of this primary over to a standby, or goes back whole. */
package io.understudy.primary.switchover;
