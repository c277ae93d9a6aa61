package io.understudy.replica.state;

import java.time.Instant;

/**
 * The claim of an epoch that a promotion makes. It is kept before it is sent, so that a repeated one is recognised as
 * the same.
 *
 * @param nonce random; distinguishes this claim from another server's for the same epoch
 */
public record Claim(int epoch, String nonce, Instant when, String reason) {}
