/** What a server does when its epoch is over, or may be: it stops its site. */
package io.understudy.primary.fence;
