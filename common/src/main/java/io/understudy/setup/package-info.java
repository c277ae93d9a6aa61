/** What both agents share when a server is set up: the results of their checks, and one way to show them. */
package io.understudy.setup;
