/** How a tree of files is written down: its index, a stream of JSON lines sorted by path, and packs of small files. */
package io.understudy.repository.tree;
