/**
 * A small real site to follow: a guestbook whose notes live in PostgreSQL and whose uploads are files with rows that
 * name them. While the marker exists it answers reads, refuses writes and says that it is the standby, as any site that
 * runs with Understudy should.
 */
package io.understudy.sample;
