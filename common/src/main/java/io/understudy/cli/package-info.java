/**
 * What the command lines of both agents have in common: where the configuration is, how results, failures, progress and
 * questions look, exit codes, the log. Knows no command of either agent.
 */
package io.understudy.cli;
