package io.understudy.replica.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import io.understudy.events.Events;
import io.understudy.files.FolderDeletion;
import io.understudy.fuzz.FuzzTarget;
import io.understudy.fuzz.FuzzTarget.Form;
import io.understudy.fuzz.FuzzTarget.Named;
import io.understudy.replica.round.AnnouncedName;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.v1.Announcement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** What a primary announces. */
public final class AnnouncementFuzz {
    private AnnouncementFuzz() {}

    public static List<Named> targets() {
        return List.of(new Named("announcement", AnnouncementFuzz::announcement));
    }

    private static FuzzTarget announcement() throws IOException {
        Path folder = Files.createTempDirectory("understudy-fuzz");
        List<String> reported = new ArrayList<>();
        Events events = new Events(Clock.systemUTC(), (event, at) -> reported.add(event.toString()));
        AnnouncedSnapshots announced =
                new AnnouncedSnapshots("example", ReplicaStateStore.in(folder), new AnnouncedName(), events, () -> {});
        Announcement real = Announcement.newBuilder()
                .setSite("example")
                .setRepository("00000000-0000-0007-0000-000000000007")
                .setSnapshot("00000001-00000042")
                .setEpoch(1)
                .setMoment(Timestamp.newBuilder().setSeconds(1_790_000_000))
                .setServer("a.example.net")
                .setScheduled("00000001-00000040")
                .build();
        return FuzzTarget.of(Form.BYTES, List.of(real.toByteArray()), input -> {
                    reported.clear();
                    announced.accept(Announcement.parseFrom(input));
                    assertThat(reported).allMatch(text -> text.chars().noneMatch(Character::isISOControl));
                })
                .documenting(InvalidProtocolBufferException.class)
                .knowing("\u001b[2J", "99999999", "-", "\n")
                .closing(() -> FolderDeletion.delete(folder));
    }
}
