/**
 * The state folder of a server: {@link io.understudy.state.StateEntry} lists all that lies in it, {@link
 * io.understudy.state.StateFile} reads and writes the files that hold a record.
 */
package io.understudy.state;
