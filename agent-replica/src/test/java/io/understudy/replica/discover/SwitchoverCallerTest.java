package io.understudy.replica.discover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.understudy.cli.Json;
import io.understudy.config.HostPort;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.discover.SwitchoverCaller.Answer;
import io.understudy.switchover.SwitchoverRequest;
import io.understudy.switchover.SwitchoverRequest.What;
import io.understudy.switchover.SwitchoverView;
import io.understudy.transport.RpcFailures;
import io.understudy.v1.ReplicationGrpc;
import io.understudy.v1.StepProgress;
import io.understudy.v1.SwitchoverCall;
import io.understudy.v1.SwitchoverNews;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SwitchoverCallerTest {
    private final String name = UUID.randomUUID().toString();
    private final List<SwitchoverCall> calls = new CopyOnWriteArrayList<>();
    private final List<String> steps = new ArrayList<>();
    private volatile Consumer<StreamObserver<SwitchoverNews>> primary = StreamObserver::onCompleted;
    private Server server;

    @BeforeEach
    void start() throws IOException {
        server = InProcessServerBuilder.forName(name)
                .addService(new ReplicationGrpc.ReplicationImplBase() {
                    @Override
                    public void switchover(SwitchoverCall call, StreamObserver<SwitchoverNews> news) {
                        calls.add(call);
                        primary.accept(news);
                    }
                })
                .build()
                .start();
    }

    @AfterEach
    void stop() throws InterruptedException {
        server.shutdownNow().awaitTermination();
    }

    @Test
    void showsTheStepsAndGivesTheResult() {
        SwitchoverView view =
                SwitchoverView.of("b", SwitchoverView.HANDED_OVER, Optional.of("00000001-00000042"), Optional.empty());
        primary = news -> {
            news.onNext(step("stop\u001bthe site"));
            news.onNext(SwitchoverNews.newBuilder().setResult(Json.line(view)).build());
            news.onCompleted();
        };

        Answer answer = ask();

        assertThat(answer.view()).contains(view);
        assertThat(steps).as("for a terminal").containsExactly("stop the site");
        assertThat(calls)
                .containsExactly(SwitchoverCall.newBuilder()
                        .setSite("example")
                        .setStandby("b")
                        .setLimitSeconds(60)
                        .setWhat("begin")
                        .build());
    }

    @Test
    void aRefusalIsThrownAndALostConnectionIsNot() {
        primary = news -> news.onError(
                RpcFailures.toStatus(new UnderstudyException(ErrorCode.LOCKED, "one is under way", "wait")));
        assertThatThrownBy(this::ask).hasMessage("one is under way");

        primary = news -> {
            news.onNext(step("stop the site"));
            news.onError(Status.UNAVAILABLE.asRuntimeException());
        };
        assertThat(ask().taken()).isTrue();
        primary = news -> news.onError(Status.UNAVAILABLE.asRuntimeException());
        assertThat(ask().taken()).isFalse();
        primary = StreamObserver::onCompleted;
        assertThat(ask().lost().orElseThrow()).hasMessageContaining("without a result");
    }

    /** It goes back, or on: the next process says. */
    @Test
    void aPrimaryThatIsStoppedOnTheWayIsALostConnection() {
        primary = news -> {
            news.onNext(step("stop the site"));
            news.onError(RpcFailures.toStatus(new UnderstudyException(ErrorCode.CANCELLED, "stopped", "again")));
        };

        Answer answer = ask();

        assertThat(answer.taken()).isTrue();
        assertThat(answer.view()).isEmpty();
    }

    @Test
    void anOlderPrimaryIsNamedAsSuch() {
        primary = news -> news.onError(Status.UNIMPLEMENTED.asRuntimeException());

        UnderstudyException why = ask().lost().orElseThrow();
        assertThat(why.hint()).contains("an agent of another version");
        primary = news -> {
            news.onNext(SwitchoverNews.newBuilder().setResult("{").build());
            news.onCompleted();
        };
        assertThatThrownBy(this::ask).hasMessageContaining("its result cannot be read");
    }

    private Answer ask() {
        return new SwitchoverCaller(
                        "example",
                        address -> InProcessChannelBuilder.forName(name).build())
                .ask(
                        new HostPort("a", 1),
                        new SwitchoverRequest("b", Duration.ofMinutes(1), What.BEGIN),
                        (step, done, total) -> steps.add(step));
    }

    private static SwitchoverNews step(String text) {
        return SwitchoverNews.newBuilder()
                .setProgress(StepProgress.newBuilder().setStep(text))
                .build();
    }
}
