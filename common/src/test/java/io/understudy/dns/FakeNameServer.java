package io.understudy.dns;

import io.understudy.config.HostPort;
import io.understudy.config.IpText;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A name server on loopback that answers from a table, or as a test wants. */
final class FakeNameServer implements AutoCloseable {
    /** How it answers over UDP. */
    enum Manner {
        WELL,
        /** Over UDP no more than that the answer did not fit. */
        TRUNCATED,
        /** First with another id, then with another question, then well. */
        AFTER_STRANGERS,
        SILENT,
        /** With what is no message. */
        GARBAGE
    }

    private final DatagramSocket udp;
    private final ServerSocket tcp;
    private final Map<String, List<String>> records = new ConcurrentHashMap<>();
    private final List<byte[]> updates = new ArrayList<>();
    volatile Manner manner = Manner.WELL;
    volatile int code;
    volatile long ttl = 240;
    volatile int questions;

    FakeNameServer() {
        try {
            InetAddress loopback = InetAddress.getLoopbackAddress();
            DatagramSocket first = null;
            ServerSocket second = null;
            for (int i = 0; second == null && i < 50; i++) {
                first = new DatagramSocket(0, loopback);
                try {
                    second = new ServerSocket(first.getLocalPort(), 10, loopback);
                } catch (IOException taken) {
                    first.close();
                }
            }
            udp = first;
            tcp = second;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        daemon(this::datagrams);
        daemon(this::connections);
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "name-server");
        thread.setDaemon(true);
        thread.start();
    }

    HostPort address() {
        return new HostPort("127.0.0.1", udp.getLocalPort());
    }

    /** @param values addresses, or one name that a CNAME leads to */
    void set(String name, String... values) {
        records.put(name, List.of(values));
    }

    /** Updates that it received. */
    synchronized List<byte[]> updates() {
        return List.copyOf(updates);
    }

    private void datagrams() {
        byte[] buffer = new byte[65_535];
        while (!udp.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                udp.receive(packet);
                questions++;
                byte[] question = Arrays.copyOf(packet.getData(), packet.getLength());
                for (byte[] answer : answers(question)) {
                    udp.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            } catch (IOException e) {
                return;
            }
        }
    }

    private List<byte[]> answers(byte[] question) throws IOException {
        byte[] well = answer(question);
        return switch (manner) {
            case WELL -> List.of(well);
            case SILENT -> List.of();
            case GARBAGE -> List.of(new byte[] {question[0], question[1], (byte) 0x80, 0, 0, 1, 0, 9, 0, 0, 0, 0, 9});
            case TRUNCATED -> {
                byte[] cut = Arrays.copyOf(question, question.length);
                cut[2] |= (byte) 0x82;
                yield List.of(cut);
            }
            case AFTER_STRANGERS -> {
                byte[] otherId = well.clone();
                otherId[1]++;
                byte[] otherName = well.clone();
                otherName[DnsMessage.HEADER + 1]++;
                yield List.of(otherId, otherName, well);
            }
        };
    }

    private void connections() {
        while (!tcp.isClosed()) {
            try (Socket socket = tcp.accept()) {
                DataInputStream in = new DataInputStream(socket.getInputStream());
                byte[] question = new byte[in.readUnsignedShort()];
                in.readFully(question);
                byte[] answer = answer(question);
                socket.getOutputStream()
                        .write(ByteBuffer.allocate(answer.length + 2)
                                .putShort((short) answer.length)
                                .put(answer)
                                .array());
            } catch (IOException e) {
                if (tcp.isClosed()) {
                    return;
                }
            }
        }
    }

    private byte[] answer(byte[] question) throws IOException {
        if ((question[2] >> 3 & 0xf) == 5) {
            synchronized (this) {
                updates.add(question);
            }
            return new MessageWriter()
                    .header(ByteBuffer.wrap(question).getShort(), 5, 0x8000 | code, 0, 0, 0, 0)
                    .toBytes();
        }
        DnsMessage.Question asked = DnsMessage.parse(question).question().orElseThrow();
        MessageWriter out = new MessageWriter();
        List<String> values = records.getOrDefault(asked.name(), List.of()).stream()
                .filter(value -> type(value).number() == asked.type())
                .toList();
        int flags = 0x8180 | (records.containsKey(asked.name()) || code != 0 ? code : DnsMessage.NAME_ERROR);
        out.header(ByteBuffer.wrap(question).getShort(), 0, flags, 1, values.size(), 0, 0)
                .name(asked.name())
                .u16(asked.type())
                .u16(1);
        for (String value : values) {
            byte[] data = IpText.isAddress(value)
                    ? IpText.address(value).getAddress()
                    : new MessageWriter().name(value).toBytes();
            // The name as a pointer to the question.
            out.u16(0xc00c).u16(asked.type()).u16(1).u32(ttl).u16(data.length).bytes(data);
        }
        return out.toBytes();
    }

    private static RecordType type(String value) {
        return !IpText.isAddress(value) ? RecordType.CNAME : IpText.isV4(value) ? RecordType.A : RecordType.AAAA;
    }

    @Override
    public void close() {
        udp.close();
        try {
            tcp.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
