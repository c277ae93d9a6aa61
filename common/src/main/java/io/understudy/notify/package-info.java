/**
 * People are notified of what happens in an agent, by the channels of {@code notify}: events become notices, each
 * channel sends them in a thread of its own. Nothing of the agent waits for any of it.
 */
package io.understudy.notify;
