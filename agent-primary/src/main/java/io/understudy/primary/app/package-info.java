/**
 * The primary's agent as a program: {@link io.understudy.primary.app.PrimaryAgent} wires the rooms, {@link io.understudy.primary.app.Daemon}
 * is {@code agent-primary run}, {@link io.understudy.primary.app.PrimaryCli} the command line with one class a command.
 */
package io.understudy.primary.app;
