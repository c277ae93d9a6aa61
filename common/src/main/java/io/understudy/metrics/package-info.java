/**
 * The metrics of the agents for Prometheus: one catalogue of names ({@link io.understudy.metrics.Metric}), one registry
 * ({@link io.understudy.metrics.Metrics}) and its HTTP exposition ({@link io.understudy.metrics.HttpEndpoint}).
 */
package io.understudy.metrics;
