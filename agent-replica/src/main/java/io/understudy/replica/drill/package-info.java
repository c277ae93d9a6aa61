/** Rehearses a promotion with a copy of the site, and keeps the reports. The live site is not touched. */
package io.understudy.replica.drill;
