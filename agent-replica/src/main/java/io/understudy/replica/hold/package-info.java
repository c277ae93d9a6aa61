/** What keeps a snapshot from becoming live by itself: how it differs from what is applied. */
package io.understudy.replica.hold;
