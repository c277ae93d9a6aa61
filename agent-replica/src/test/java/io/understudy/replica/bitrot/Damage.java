package io.understudy.replica.bitrot;

import java.util.Arrays;
import java.util.Optional;

/** What may happen to an object. */
enum Damage {
    FLIPPED_FIRST,
    FLIPPED_MIDDLE,
    FLIPPED_LAST,
    EMPTIED,
    CUT_BY_ONE,
    CUT_IN_HALF,
    APPENDED,
    DOUBLED,
    /**
     * The bytes of the same kind's object of the older snapshot; of an object that is rewritten, what it was before.
     */
    OLDER,
    /** The bytes of an object of another kind. */
    FOREIGN,
    DELETED;

    /** @return the damaged bytes; empty when the object goes */
    Optional<byte[]> of(Kind kind) {
        byte[] good = BitRotSite.objects().get(kind.key(BitRotSite.NEWER)).clone();
        return switch (this) {
            case FLIPPED_FIRST -> Optional.of(flipped(good, 0));
            case FLIPPED_MIDDLE -> Optional.of(flipped(good, good.length / 2));
            case FLIPPED_LAST -> Optional.of(flipped(good, good.length - 1));
            case EMPTIED -> Optional.of(new byte[0]);
            case CUT_BY_ONE -> Optional.of(Arrays.copyOf(good, good.length - 1));
            case CUT_IN_HALF -> Optional.of(Arrays.copyOf(good, good.length / 2));
            case APPENDED -> Optional.of(Arrays.copyOf(good, good.length + 7));
            case DOUBLED -> Optional.of(joined(good, good));
            case OLDER -> Optional.of(BitRotSite.objects().get(kind.key(BitRotSite.OLDER)));
            case FOREIGN -> Optional.of(BitRotSite.objects().get(foreign(kind).key(BitRotSite.NEWER)));
            case DELETED -> Optional.empty();
        };
    }

    /** Whether the damaged object is one that an agent may have written: then nothing can detect it. */
    boolean isInnocent(Kind kind) {
        return Arrays.equals(of(kind).orElse(null), BitRotSite.objects().get(kind.key(BitRotSite.NEWER)));
    }

    /**
     * The kind that is most easily taken for this one: signed for signed, frame for frame, plain JSON for plain JSON.
     */
    private static Kind foreign(Kind kind) {
        return switch (kind) {
            case DESCRIPTION -> Kind.RETENTION;
            case MANIFEST -> Kind.EPOCH;
            case EPOCH -> Kind.MANIFEST;
            case ARCHIVE -> Kind.ROWS;
            case ROWS -> Kind.TABLES;
            case TABLES -> Kind.SEQUENCES;
            case SEQUENCES -> Kind.DATABASE_REFERENCES;
            case DATABASE_REFERENCES -> Kind.TREE_REFERENCES;
            case TREE_REFERENCES -> Kind.INDEX;
            case INDEX -> Kind.PACK;
            case PACK -> Kind.LARGE_FILE;
            case LARGE_FILE -> Kind.ARCHIVE;
            case REPORT -> Kind.RETENTION;
            case RETENTION -> Kind.REPORT;
        };
    }

    private static byte[] flipped(byte[] bytes, int at) {
        bytes[at] ^= 1;
        return bytes;
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }
}
