package io.understudy.databases;

import java.nio.file.Path;

/**
 * Where a standby makes a database next to the live one, and keeps the live one after a swap.
 *
 * @param number of this place: when it was begun, in seconds since 1970, or a few more; no two places have the same,
 *     also where the agent lost its state in between
 * @param snapshot whose content it gets, for people
 * @param notes a folder of this place's own, in the agent's state; made when it is needed
 */
public record Place(long number, String snapshot, Path notes) {}
