/**
 * What this server is and what it has applied: one durable, versioned file, one owner of its transitions, and the
 * marker that decides the role.
 */
package io.understudy.replica.state;
