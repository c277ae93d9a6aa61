/**
 * Files that {@code age} opens (age-encryption.org/v1): recipients, identities, and content that is encrypted to them.
 * The only room that sees the library.
 */
package io.understudy.age;
