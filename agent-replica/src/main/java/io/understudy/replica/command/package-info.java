/**
 * The command line of {@code agent-replica}: one class a command. Each asks the daemon when one runs, and does its work
 * here when none does.
 */
package io.understudy.replica.command;
