/**
 * When snapshots are due: cron expressions in a time zone ({@link io.understudy.primary.schedule.Schedule}),
 * and what is due after sleep, restart and failure ({@link io.understudy.primary.schedule.Timetable}). Knows nothing
 * of snapshots but their periods, of which some mean a stretch of the calendar
 * ({@link io.understudy.primary.schedule.Period}).
 */
package io.understudy.primary.schedule;
