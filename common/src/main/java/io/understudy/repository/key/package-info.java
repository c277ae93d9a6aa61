/** Ed25519 keys in PEM files that OpenSSL reads, and the signed line that manifests and epochs are. */
package io.understudy.repository.key;
