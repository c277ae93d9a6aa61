/** Kills real processes at every crash point of both agents and looks at what their restarts make of it. */
package io.understudy.crash;
