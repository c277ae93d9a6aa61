/**
 * The measurement: Understudy against named peers on a generated site, as ratios; {@code deploy/bench}.
 */
package io.understudy.bench;
