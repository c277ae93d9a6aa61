package io.understudy.replica.hold;

/**
 * Shannon's entropy of single bytes (A Mathematical Theory of Communication, 1948), in bits a byte: 4 to 5 of text, 6
 * of base64, 7.9 and more of what is compressed or encrypted.
 */
final class Entropy {
    private static final double HIGH = 7.9;
    private static final int LONG = 16 << 10;

    /** Random bytes reach less where there are few: 1 KiB of them has about 7.8. */
    private static final double HIGH_OF_FEW = 7.6;

    private Entropy() {}

    static boolean isHigh(byte[] bytes) {
        return of(bytes) >= (bytes.length >= LONG ? HIGH : HIGH_OF_FEW);
    }

    /** 0 to 8; 0 of no bytes. */
    static double of(byte[] bytes) {
        int[] counts = new int[256];
        for (byte each : bytes) {
            counts[each & 0xff]++;
        }
        double bits = 0;
        for (int count : counts) {
            if (count > 0) {
                double share = (double) count / bytes.length;
                bits -= share * Math.log(share) / Math.log(2);
            }
        }
        return bits;
    }
}
