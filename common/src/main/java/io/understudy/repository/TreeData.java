package io.understudy.repository;

import io.understudy.files.TreeKind;
import io.understudy.repository.blob.StreamRef;

/**
 * A tree of files in a snapshot.
 *
 * @param entries files, folders and links
 * @param bytes plain bytes of all files
 * @param index the stream of JSON lines that names every entry and where its content is
 * @param references the stream of JSON lines that names every blob of the index and of the files
 */
public record TreeData(String name, TreeKind kind, long entries, long bytes, StreamRef index, StreamRef references) {}
