package io.understudy.age;

/**
 * Lengths that say little: so many bits of a length as its order of magnitude has bits are kept, the rest is rounded
 * up. Costs at most 12 %, and ever less for what is long (Nikitin et al.: "Reducing Metadata Leakage from Encrypted
 * Files and Communication with PURBs", PETS 2019, algorithm Padmé).
 */
public final class Padme {
    private Padme() {}

    /** The least padded length that is not below this one. @param length at least 0 */
    public static long padded(long length) {
        if (length < 2) {
            return length;
        }
        int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(length);
        int kept = Integer.SIZE - Integer.numberOfLeadingZeros(exponent);
        long mask = (1L << exponent - kept) - 1;
        return length + mask & ~mask;
    }
}
