package io.understudy.repository.blob;

/**
 * The 256 random numbers of the rolling hash. They are part of the repository's format: other numbers would cut the
 * same content elsewhere, and nothing would be found again.
 *
 * <p>{@code TABLE[i]} is the output number {@code i} of SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom
 * number generators", OOPSLA 2014) with the seed {@code 0x556e646572737479}, the ASCII letters {@code Understy}.
 */
final class Gear {
    private static final long SEED = 0x556e646572737479L;

    static final long[] TABLE = table();

    private Gear() {}

    private static long[] table() {
        long[] table = new long[256];
        long state = SEED;
        for (int i = 0; i < table.length; i++) {
            state += 0x9e3779b97f4a7c15L;
            table[i] = mixed(state);
        }
        return table;
    }

    private static long mixed(long state) {
        long z = state;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
