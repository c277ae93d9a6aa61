/**
 * Runs programs: without a shell, under a time limit, ended together with their children, their output streamed or
 * kept, secrets kept out of messages. The only room that starts processes.
 */
package io.understudy.process;
