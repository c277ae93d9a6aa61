/** What an old primary had, each time that it was one, kept from the first import over it until it is saved. */
package io.understudy.replica.kept;
