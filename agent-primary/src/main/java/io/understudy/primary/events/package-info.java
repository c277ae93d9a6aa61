/** What happens in the primary's agent, for those who only watch: log, metrics, status; its crash points. A leaf. */
package io.understudy.primary.events;
