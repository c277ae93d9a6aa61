/**
 * Where the names of the site point: {@link io.understudy.dns.DnsGuard} asks the resolvers, {@link
 * io.understudy.dns.DnsSwitch} points the names to this server.
 *
 * <p>The messages of DNS are written and read here (RFC 1035, RFC 2136, RFC 8945): a library of DNS for Java brings a
 * resolver that takes over every look-up of host names in the process where the machine is of Java 18 or later.
 */
package io.understudy.dns;
