/**
 * The replica's agent: discover, fetch, load, stage, apply, prove, promote.
 */
package io.understudy.replica;
