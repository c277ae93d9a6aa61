package io.understudy.primary.announce;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import io.understudy.fuzz.FuzzTarget;
import io.understudy.fuzz.FuzzTarget.Form;
import io.understudy.fuzz.FuzzTarget.Named;
import io.understudy.v1.Failure;
import io.understudy.v1.ReplicaReport;
import io.understudy.v1.StepProgress;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** What a standby reports, as it is kept and shown. */
public final class FollowFuzz {
    private static final int LONGEST = 2200;

    private FollowFuzz() {}

    public static List<Named> targets() {
        return List.of(new Named("follow-report", FollowFuzz::report));
    }

    private static FuzzTarget report() {
        ReplicaReport real = ReplicaReport.newBuilder()
                .setName("standby-1")
                .setSite("example")
                .setAgentVersion("0.1.0")
                .setState("following")
                .setApplied("00000001-00000042")
                .setMoment(Timestamp.newBuilder().setSeconds(1_790_000_000).setNanos(1000))
                .setProven("00000001-00000041")
                .setStep("load")
                .setProgress(StepProgress.newBuilder()
                        .setStep("load")
                        .setDoneBytes(5)
                        .setTotalBytes(-1))
                .setLastError(Failure.newBuilder()
                        .setCode("fenced")
                        .setMessage("cannot x")
                        .setHint("y"))
                .setAhead("00000001-00000043")
                .setAheadMoment(Timestamp.newBuilder().setSeconds(1_790_000_001))
                .build();
        return FuzzTarget.of(Form.BYTES, List.of(real.toByteArray()), input -> {
                    ReplicaReport kept = ReportText.plain(ReplicaReport.parseFrom(input));
                    texts(kept).forEach(text -> {
                        assertThat(text.chars().noneMatch(Character::isISOControl))
                                .isTrue();
                        assertThat(text).hasSizeLessThan(LONGEST);
                    });
                    moments(kept)
                            .forEach(moment -> assertThat(Instant.ofEpochSecond(moment.getSeconds(), moment.getNanos())
                                            .toString())
                                    .matches("\\d{4}-.*Z"));
                    assertThat(ReplicaReport.parseFrom(kept.toByteArray())).isEqualTo(kept);
                    assertThat(ReportText.plain(kept)).isEqualTo(kept);
                })
                .documenting(InvalidProtocolBufferException.class)
                .knowing("\u001b[2J", "\u0007", "\u202e", "\n", "\u0085");
    }

    private static Stream<String> texts(ReplicaReport report) {
        return Stream.of(
                report.getName(),
                report.getAgentVersion(),
                report.getState(),
                report.getApplied(),
                report.getProven(),
                report.getStep(),
                report.getAhead(),
                report.getProgress().getStep(),
                report.getLastError().getCode(),
                report.getLastError().getMessage(),
                report.getLastError().getHint());
    }

    private static Stream<Timestamp> moments(ReplicaReport report) {
        return Stream.of(report.getMoment(), report.getAheadMoment());
    }
}
