/**
 * The configuration of a host: {@link io.understudy.config.SettingsFile} reads one YAML file into immutable
 * {@link io.understudy.config.Settings} or lists every fault of it at once. {@link io.understudy.config.Setting} is the
 * one catalogue of keys, defaults and ranges, from which the reference for operators is generated too.
 */
package io.understudy.config;
