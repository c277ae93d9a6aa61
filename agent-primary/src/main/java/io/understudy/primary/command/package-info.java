/**
 * The command line of {@code agent-primary}: one class a command, and a view of its result for people and for
 * {@code --json}.
 */
package io.understudy.primary.command;
