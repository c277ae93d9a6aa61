/** What requests over HTTP have in common. */
package io.understudy.http;
