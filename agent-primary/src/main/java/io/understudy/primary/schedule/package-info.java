/**
 * When snapshots are due: cron expressions in the server's time zone ({@link io.understudy.primary.schedule.Schedule}),
 * and what is due after sleep, restart and failure ({@link io.understudy.primary.schedule.Timetable}). Knows nothing
 * of snapshots but their periods.
 */
package io.understudy.primary.schedule;
