package io.understudy.filestore;

/**
 * What a filestore can do.
 *
 * @param conditionalPut whether {@code putIfAbsent} is atomic among racing writers; when false it is a check followed
 *     by a write and a read back, the best such a store offers
 */
public record Capabilities(boolean conditionalPut) {}
