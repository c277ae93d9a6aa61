/**
 * A filestore in a folder of a server over SSH: each object a file, whole before it is visible under its name, and
 * durable as far as the server can make it so.
 */
package io.understudy.filestore.sftp;
