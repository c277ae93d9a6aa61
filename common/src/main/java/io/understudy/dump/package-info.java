/**
 * A snapshot's database as files that PostgreSQL's own programs read: which of its objects are asked for, and the
 * statements and rows that make them again.
 */
package io.understudy.dump;
