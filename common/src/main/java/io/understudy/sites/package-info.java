/** Several sites in one process: each with an agent and threads of its own, so that none delays another. */
package io.understudy.sites;
