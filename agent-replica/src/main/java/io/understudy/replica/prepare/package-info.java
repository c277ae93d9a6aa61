/** Makes a server a standby: looks whether all is there that an import needs, asks, and writes the marker. */
package io.understudy.replica.prepare;
