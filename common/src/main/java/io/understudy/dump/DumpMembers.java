package io.understudy.dump;

import java.io.IOException;
import java.io.OutputStream;
import java.util.function.LongSupplier;

/** Where the files of a dump in pg_dump's directory format go, one after the other. */
interface DumpMembers {
    /** What a file holds. The same bytes, however often it is written. */
    interface Content {
        /** @param from how many bytes of it are there already: these are left out */
        void write(OutputStream out, long from) throws IOException;

        /** In place of writing it, where all of it is there. */
        default void pass() throws IOException {}
    }

    /** Writes all files of a dump, each once. */
    interface Source {
        void write(DumpMembers members) throws IOException;
    }

    /**
     * Takes the next file.
     *
     * @param name without a folder
     * @param size of all of its content, in bytes; asked for at most once, before the content, as to say it may take
     *     as long as to write it
     */
    void add(String name, LongSupplier size, Content content) throws IOException;
}
