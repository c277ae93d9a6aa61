package io.understudy.repository;

import java.util.Optional;

/**
 * A snapshot as it is stored, for who copies it.
 *
 * @param bytes the object, whose signature was checked
 * @param manifest empty where this server may not read it
 */
record SignedManifest(byte[] bytes, Outline outline, Optional<Manifest> manifest) {}
