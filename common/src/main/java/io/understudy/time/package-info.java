/**
 * Elapsed time, sleeping and growing pauses, injected so that tests advance a clock instead of waiting. Knows no other
 * room.
 */
package io.understudy.time;
