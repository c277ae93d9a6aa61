/**
 * Who asked this server's agents for what: {@link io.understudy.audit.AuditLog} appends to the file, {@link
 * io.understudy.audit.AuditVerification} reads its chain.
 */
package io.understudy.audit;
