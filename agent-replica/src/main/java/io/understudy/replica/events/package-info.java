/** What happens in the replica's agent, for those who only watch: log, metrics, status; its crash points. A leaf. */
package io.understudy.replica.events;
