/** How far a long piece of work has come, for terminals, gRPC streams and metrics. Knows no other room. */
package io.understudy.progress;
