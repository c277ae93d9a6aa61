/**
 * Parsers of bytes that others write, under seeded mutation: {@link io.understudy.fuzz.FuzzTarget} says what holds for
 * one parser, {@link io.understudy.fuzz.Mutator} makes inputs of real ones, {@link io.understudy.fuzz.Fuzzer} runs them
 * and shortens what breaks a rule.
 */
package io.understudy.fuzz;
