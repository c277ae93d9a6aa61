/** The site is stopped around the moment of a snapshot, and started whatever happens. */
package io.understudy.primary.quiesce;
