package io.understudy.failure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UnexpectedTest {
    @Test
    void theEndOfTheMemoryIsNoDefectAndSaysWhatToRaise() {
        UnderstudyException failure = Unexpected.of("take a snapshot", new OutOfMemoryError("Java heap space"));
        assertThat(failure.code()).isEqualTo(ErrorCode.OUT_OF_MEMORY);
        assertThat(failure).hasMessageContaining("memory of").hasMessageContaining("MiB does not suffice");
        assertThat(failure.hint()).contains("UNDERSTUDY_JAVA_OPTS=-Xmx");
    }

    @Test
    void whatIsKnownStaysWhatItIs() {
        UnderstudyException known = new UnderstudyException(ErrorCode.DISK_FULL, "full", "make room");
        assertThat(Unexpected.of("write", known)).isSameAs(known);
    }

    @Test
    void anythingElseIsADefect() {
        UnderstudyException failure = Unexpected.of("write", new IllegalStateException("a bug"));
        assertThat(failure.code()).isEqualTo(ErrorCode.INTERNAL);
        assertThat(failure.hint()).contains("defect");
    }
}
