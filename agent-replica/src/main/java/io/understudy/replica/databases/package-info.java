/** Databases that are no PostgreSQL server's, on a standby: restored next to the live ones, and exchanged. */
package io.understudy.replica.databases;
