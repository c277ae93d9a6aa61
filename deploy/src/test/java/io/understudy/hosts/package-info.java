/**
 * Test hosts on one machine: each has its own network, address, processes, {@code /etc}, {@code /var}, {@code /srv}
 * and {@code /tmp}, in namespaces of Linux. Any two of them can be cut off from each other. Nothing is written to the
 * machine itself, and all of it ends with the process that made it, also when that is killed. Needs root.
 */
package io.understudy.hosts;
