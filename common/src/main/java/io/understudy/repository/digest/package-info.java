/** A digest of a table's rows that does not depend on their order, computed while they stream by. */
package io.understudy.repository.digest;
