/**
 * The site on this server as Understudy sees it from outside: the marker that says whether it is a standby, and its
 * service, stopped, started and asked for its health by its operator's own commands.
 */
package io.understudy.site;
