/** What an old primary had, kept from the first import over it until it is saved. */
package io.understudy.replica.kept;
