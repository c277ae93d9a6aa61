package io.understudy.fuzz;

import io.understudy.fuzz.FuzzTarget.Form;
import java.util.List;
import java.util.Random;

/** Makes inputs of real ones by a few seeded changes. The same seed makes the same input. */
final class Mutator {
    /** Bytes that an input may have; what a change makes longer is cut. */
    static final int LONGEST = 256 << 10;

    private final List<byte[]> corpus;
    private final JsonMutation json = new JsonMutation();
    private final ByteMutation bytes;
    private final boolean isJson;

    Mutator(FuzzTarget target) {
        corpus = target.corpus();
        isJson = target.form() == Form.JSON;
        bytes = new ByteMutation(corpus, target.words(), target.form() == Form.BYTES);
    }

    /**
     * @param seeds the first chooses a real input and changes it, each other changes what the one before has made; at
     *     least one
     */
    byte[] input(List<Long> seeds) {
        byte[] made = null;
        for (long seed : seeds) {
            // Random gives similar numbers for similar seeds.
            Random random = new Random(seed * 0x9e3779b97f4a7c15L);
            random.nextLong();
            made = changed(made == null ? corpus.get(random.nextInt(corpus.size())) : made, random);
        }
        return made;
    }

    private byte[] changed(byte[] input, Random random) {
        byte[] made = input;
        // One change mostly: with many, the first that is noticed hides the others.
        int changes = 1 + (random.nextInt(3) == 0 ? random.nextInt(6) : 0);
        for (int i = 0; i < changes; i++) {
            boolean asJson = isJson && random.nextInt(4) > 0;
            made = asJson ? json.apply(made, random).orElse(made) : bytes.apply(made, random);
            made = made.length > LONGEST ? java.util.Arrays.copyOf(made, LONGEST) : made;
        }
        return made;
    }
}
