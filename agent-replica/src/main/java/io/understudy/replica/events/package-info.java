/** What the replica does at this moment, for those who only watch: status, metrics, followers' reports. A leaf. */
package io.understudy.replica.events;
