/**
 * The versions that a row had in all kept snapshots, and rows brought back from them with what belongs to them. What
 * both agents' commands do is here once.
 */
package io.understudy.history;
