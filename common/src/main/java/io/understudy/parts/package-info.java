/** Parts of a snapshot's files put into the trees that the site uses, and taken back. */
package io.understudy.parts;
