/**
 * The reference deployments of {@code docs/deployments.md}, each on test hosts of its own, with the files that are
 * shipped as examples, while any two hosts cannot reach each other.
 */
package io.understudy.deployments;
