/**
 * Where the names of the site point: {@link io.understudy.dns.DnsGuard} asks the resolvers, {@link
 * io.understudy.dns.DnsSwitch} points the names to this server.
 *
 * <p>Messages are written, read and signed by dnsjava; they are sent and received here, as each question has a time
 * limit and an answer to another question is passed over until then. On Java 18 and later dnsjava is asked for host
 * names in the process only where {@code org.dnsjava.spi.enable} is set, which it is not.
 */
package io.understudy.dns;
