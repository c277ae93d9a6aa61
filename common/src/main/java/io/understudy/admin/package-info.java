/**
 * What commands ask of a running agent: a command is a name, a record that asks and a record that answers
 * ({@link io.understudy.admin.AdminCommand}). The same handlers do it in the daemon, which takes it over a Unix domain
 * socket ({@link io.understudy.admin.AdminServer}), and, without a daemon, in the process of the command.
 */
package io.understudy.admin;
