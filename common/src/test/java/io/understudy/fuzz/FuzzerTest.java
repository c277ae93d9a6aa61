package io.understudy.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.fuzz.FuzzTarget.Named;
import io.understudy.fuzz.FuzzTarget.Parser;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FuzzerTest {
    private static final List<String> REAL = List.of("{\"a\":1,\"list\":[1,2,3],\"text\":\"xyz\"}");

    private final AtomicLong nanos = new AtomicLong(1);

    private Fuzzer of(Parser parser) throws Exception {
        return new Fuzzer(new Named("planted", () -> FuzzTarget.json(REAL, parser)), nanos::get);
    }

    private List<Finding> findings(Fuzzer fuzzer, int inputs) {
        List<Finding> found = new ArrayList<>();
        int[] left = {inputs};
        fuzzer.run(1, () -> left[0]-- == 0, found::add);
        return found;
    }

    private static String text(byte[] input) {
        return new String(input, StandardCharsets.ISO_8859_1);
    }

    @Test
    void findsAFaultShortensItAndRunsItAgainByItsSeeds() throws Exception {
        Fuzzer fuzzer = of(input -> {
            if (text(input).contains("null")) {
                throw new NullPointerException("planted");
            }
        });
        List<Finding> found = findings(fuzzer, 2000);
        assertThat(found).hasSize(1);
        assertThat(text(found.get(0).shortest())).isEqualTo("null");
        assertThat(fuzzer.replay(found.get(0).seeds()).orElseThrow().fault().key())
                .isEqualTo(found.get(0).fault().key());
        assertThat(found.get(0).text())
                .contains(
                        "NullPointerException: planted",
                        "--only planted --seed " + Finding.path(found.get(0).seeds()));
    }

    @Test
    void ledByHowInputsEndItPassesOneCheckAfterTheOther() throws Exception {
        Fuzzer fuzzer = of(input -> {
            String text = text(input);
            refuse(!text.contains("\"a\":null"));
            refuse(text.contains("\"text\""));
            refuse(text.contains("list"));
            throw new IllegalStateException("behind three checks");
        });
        assertThat(findings(fuzzer, 20_000)).hasSize(1);
    }

    private static void refuse(boolean refused) {
        if (refused) {
            throw new UnderstudyException(ErrorCode.MANIFEST_DAMAGED, "refused", "none");
        }
    }

    @Test
    void aDocumentedFailureIsNoFaultAndADefectIs() throws Exception {
        assertThat(findings(of(input -> refuse(true)), 50)).isEmpty();
        assertThat(findings(
                        of(input -> {
                            throw new UnderstudyException(ErrorCode.INTERNAL, "a defect", "none");
                        }),
                        50))
                .hasSize(1);
    }

    @Test
    void errorsOfTheMachineAreFaults() throws Exception {
        assertThat(findings(of(FuzzerTest::deep), 50))
                .extracting(found -> found.fault().key())
                .allMatch(key -> key.startsWith("java.lang.StackOverflowError"));
    }

    private static void deep(byte[] input) {
        deep(input);
    }

    @Test
    void whatAllocatesTooMuchOrTakesTooLongIsAFault() throws Exception {
        byte[][] kept = new byte[1][];
        assertThat(findings(of(input -> kept[0] = new byte[40 << 20]), 5))
                .extracting(found -> found.fault().key())
                .containsExactly("large");
        assertThat(findings(of(input -> nanos.addAndGet(6_000_000_000L)), 5))
                .extracting(found -> found.fault().key())
                .containsExactly("slow");
    }

    @Test
    void anInputThatDoesNotEndIsSeenByAnotherThread() throws Exception {
        Fuzzer[] fuzzer = new Fuzzer[1];
        List<Finding> seen = new ArrayList<>();
        fuzzer[0] = of(input -> {
            nanos.addAndGet(6_000_000_000L);
            fuzzer[0].stuck().ifPresent(seen::add);
        });
        findings(fuzzer[0], 1);
        assertThat(seen).isNotEmpty();
        assertThat(fuzzer[0].stuck()).isEmpty();
    }

    @Test
    void equalSeedsMakeEqualInputs() throws Exception {
        List<String> once = new ArrayList<>();
        List<String> again = new ArrayList<>();
        findings(of(input -> once.add(text(input))), 500);
        findings(of(input -> again.add(text(input))), 500);
        assertThat(again).isEqualTo(once);
        assertThat(once.stream().distinct().count()).isGreaterThan(200);
    }
}
