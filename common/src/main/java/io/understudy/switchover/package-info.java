/** What both agents of a server know of a planned switchover of its site. */
package io.understudy.switchover;
