/** What a standby makes otherwise in its copies of trees: texts that are replaced, and folders laid over them. */
package io.understudy.replica.rewrite;
