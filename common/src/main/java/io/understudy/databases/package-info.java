/** Databases of the site that are no PostgreSQL server's: each is dumped, restored next to the live one, and swapped. */
package io.understudy.databases;
