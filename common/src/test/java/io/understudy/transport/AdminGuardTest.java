package io.understudy.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.understudy.v1.AdminGrpc;
import io.understudy.v1.AdminReply;
import io.understudy.v1.AdminRequest;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdminGuardTest {
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.0.0.7", "::1"})
    void letsThisHostPass(String address) {
        assertThat(closedWith(new InetSocketAddress(address, 1000))).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1", "2001:db8::1", "0.0.0.0"})
    void refusesOtherHostsWithoutACertificate(String address) {
        assertThat(closedWith(new InetSocketAddress(address, 1000)).getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    }

    @Test
    void refusesACallerWithoutAnAddress() {
        assertThat(closedWith(null).getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    }

    private static Status closedWith(SocketAddress caller) {
        Call call = new Call(caller);
        new AdminGuard().interceptCall(call, new Metadata(), (passed, headers) -> new ServerCall.Listener<>() {});
        return call.status;
    }

    private static final class Call extends ServerCall<AdminRequest, AdminReply> {
        private final SocketAddress caller;
        private Status status;

        Call(SocketAddress caller) {
            this.caller = caller;
        }

        @Override
        public Attributes getAttributes() {
            return caller == null
                    ? Attributes.EMPTY
                    : Attributes.newBuilder()
                            .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, caller)
                            .build();
        }

        @Override
        public void close(Status status, Metadata trailers) {
            this.status = status;
        }

        @Override
        public void request(int messages) {}

        @Override
        public void sendHeaders(Metadata headers) {}

        @Override
        public void sendMessage(AdminReply message) {}

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public MethodDescriptor<AdminRequest, AdminReply> getMethodDescriptor() {
            return AdminGrpc.getCallMethod();
        }
    }
}
