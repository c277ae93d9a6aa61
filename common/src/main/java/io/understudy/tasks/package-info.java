/** Threads of parallel work, owned by the code that waits for them. Knows only what failures are. */
package io.understudy.tasks;
