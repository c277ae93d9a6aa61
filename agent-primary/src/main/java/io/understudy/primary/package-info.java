/**
 * The primary's agent: schedule, capture, announce.
 */
package io.understudy.primary;
