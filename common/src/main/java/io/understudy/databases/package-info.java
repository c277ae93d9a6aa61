/** Databases of the site that are no PostgreSQL server's: dumped, restored next to the live ones, and exchanged. */
package io.understudy.databases;
