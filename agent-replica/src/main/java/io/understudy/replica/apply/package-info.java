/** Makes a loaded and staged snapshot live, or takes it back: the only room that touches what is live. */
package io.understudy.replica.apply;
