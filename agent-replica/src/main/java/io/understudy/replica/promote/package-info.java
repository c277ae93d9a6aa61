/** Makes this server the primary: by command, or because its marker was removed by hand. */
package io.understudy.replica.promote;
