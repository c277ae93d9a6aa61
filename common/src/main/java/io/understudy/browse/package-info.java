/**
 * Looks into snapshots without changing anything: finds one by its name, lists and reads its files, searches all, and
 * compares two. What both agents' commands do is here once.
 */
package io.understudy.browse;
