/**
 * What happens in an agent, as values, and the one way by which the log, metrics and status receive it. Knows failures
 * and time only.
 */
package io.understudy.events;
