/** Databases that are no PostgreSQL server's, on a standby: restored next to the live one, and exchanged with an apply. */
package io.understudy.replica.databases;
