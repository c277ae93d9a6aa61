/**
 * The primary's agent as a program: {@link io.understudy.primary.app.PrimaryWiring} wires the rooms,
 * {@link io.understudy.primary.app.Daemon} is {@code agent-primary run}.
 */
package io.understudy.primary.app;
