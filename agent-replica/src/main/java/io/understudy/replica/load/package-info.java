/**
 * Fills the spare database next to the live one: first everything that would stop a load is looked for, then the schema
 * is restored, the rows are copied in parallel, and what depends on rows follows. Which database is the spare is
 * written down before it is created, so one that a killed agent left is known, dropped and created again; one that
 * Understudy did not create is never touched.
 */
package io.understudy.replica.load;
