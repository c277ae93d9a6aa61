/**
 * What can go wrong, as values: stable codes with exit codes and retry classes, and the one exception that carries
 * them. Knows no other room.
 */
package io.understudy.failure;
