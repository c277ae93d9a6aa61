/**
 * Announces each commit to the replicas and keeps what they report ({@link io.understudy.primary.announce.Followers});
 * {@link io.understudy.primary.announce.FollowService} is the way to them. All of it is a hint: replicas poll the
 * filestore as well.
 */
package io.understudy.primary.announce;
