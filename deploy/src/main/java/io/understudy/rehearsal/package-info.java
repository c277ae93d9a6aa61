/**
 * Two servers on one machine: real PostgreSQL clusters with folders of their own, the sample site, the packaged agents
 * as processes, a filestore. The demo and the end-to-end tests are written in these words. Everything listens on
 * 127.0.0.1 and stays inside one folder.
 */
package io.understudy.rehearsal;
