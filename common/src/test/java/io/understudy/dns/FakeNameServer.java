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
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/** A name server on loopback that answers from a table, or as a test wants. */
public final class FakeNameServer implements AutoCloseable {
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

    private static final int HEADER = 12;

    private final DatagramSocket udp;
    private final ServerSocket tcp;
    private final Map<String, List<String>> records = new ConcurrentHashMap<>();
    private final List<Message> updates = new ArrayList<>();
    private volatile Runnable whenUpdated = () -> {};
    volatile Manner manner = Manner.WELL;
    /** Of each answer, by its number; 0: well. */
    public volatile int code;

    volatile long ttl = 240;
    volatile int questions;

    public FakeNameServer() {
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

    public HostPort address() {
        return new HostPort("127.0.0.1", udp.getLocalPort());
    }

    /** @param values addresses, or one name that a CNAME leads to */
    public void set(String name, String... values) {
        records.put(name, List.of(values));
    }

    /** Updates that it received. */
    synchronized List<Message> updates() {
        return List.copyOf(updates);
    }

    /** How many updates it received, refused ones too. */
    public synchronized int updated() {
        return updates.size();
    }

    /** It does not change its table by itself. @param act with each update that is not refused */
    public void whenUpdated(Runnable act) {
        whenUpdated = act;
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
                otherName[HEADER + 1]++;
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
        Message asked = new Message(question);
        Message answer = new Message(asked.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.getHeader().setRcode(code);
        if (asked.getHeader().getOpcode() == Opcode.UPDATE) {
            if (code == 0) {
                whenUpdated.run();
            }
            synchronized (this) {
                updates.add(asked);
            }
            answer.getHeader().setOpcode(Opcode.UPDATE);
            return answer.toWire();
        }
        Record wanted = asked.getQuestion();
        String name = wanted.getName().toString(true);
        answer.addRecord(wanted, Section.QUESTION);
        if (!records.containsKey(name) && code == 0) {
            answer.getHeader().setRcode(Rcode.NXDOMAIN);
        }
        for (String value : records.getOrDefault(name, List.of())) {
            Record record = record(wanted.getName(), value);
            if (record.getType() == wanted.getType()) {
                answer.addRecord(record, Section.ANSWER);
            }
        }
        return answer.toWire();
    }

    private Record record(Name name, String value) throws IOException {
        if (!IpText.isAddress(value)) {
            return new CNAMERecord(name, DClass.IN, ttl, Name.fromString(value, Name.root));
        }
        InetAddress address = IpText.address(value);
        return IpText.isV4(value)
                ? new ARecord(name, DClass.IN, ttl, address)
                : new AAAARecord(name, DClass.IN, ttl, address);
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
