/**
 * The rooms that both agents stand on; none of them knows an agent.
 */
package io.understudy;
