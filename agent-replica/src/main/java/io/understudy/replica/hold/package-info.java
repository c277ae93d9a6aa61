/** What keeps a snapshot from becoming live by itself: how it differs from what is applied, and what operators decide. */
package io.understudy.replica.hold;
