/** Trees that are work trees of git: what git knows of them, asked without running anything of theirs. */
package io.understudy.git;
