/**
 * The status page of an agent: what it shows ({@link io.understudy.page.Page}, which each agent makes of its own
 * status) and how that becomes HTML. It reads nothing but the outlines of snapshots ({@link
 * io.understudy.page.RecentSnapshots}), and no visitor waits for a filestore.
 */
package io.understudy.page;
