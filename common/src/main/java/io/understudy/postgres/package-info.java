/**
 * The way to a PostgreSQL server: connections with the session defaults that pg_dump itself uses, errors as codes with
 * hints, what a database says about itself ({@link io.understudy.postgres.Catalog}), and PostgreSQL's own programs. The
 * only room of the common ones that sees JDBC.
 */
package io.understudy.postgres;
