package io.understudy.dns;

import io.understudy.config.HostPort;
import io.understudy.config.IpText;
import io.understudy.time.Ticker;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;

/**
 * Over UDP from a port of its own for each question; over TCP where the answer does not fit (RFC 7766). Datagrams that
 * answer another question are passed over until the time is up: anyone can send some.
 */
final class NetworkExchange implements DnsExchange {
    private static final int LONGEST = 65_535;
    private static final int TRIES = 2;

    private final Ticker ticker;

    /** @param ticker of the network: that of the system */
    NetworkExchange(Ticker ticker) {
        this.ticker = ticker;
    }

    @Override
    public byte[] ask(HostPort server, byte[] message, boolean whole, Duration limit) throws IOException {
        InetSocketAddress address = new InetSocketAddress(IpText.address(server.host()), server.port());
        long end = ticker.nanos() + limit.toNanos();
        try {
            if (!whole) {
                byte[] answer = datagram(address, message, limit, end);
                if (!DnsMessage.parse(answer).getHeader().getFlag(Flags.TC)) {
                    return answer;
                }
            }
            return connection(address, message, end);
        } catch (SocketTimeoutException e) {
            throw new DnsException("no answer within " + limit.toMillis() + " ms");
        } catch (ConnectException | PortUnreachableException e) {
            throw new DnsException("nothing answers at this address");
        } catch (EOFException e) {
            throw new DnsException("the server ended the connection without an answer");
        }
    }

    private byte[] datagram(InetSocketAddress address, byte[] message, Duration limit, long end) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(address);
            // A lost datagram is sent once more, halfway.
            for (int attempt = 1; attempt < TRIES; attempt++) {
                socket.send(new DatagramPacket(message, message.length));
                try {
                    return received(
                            socket, message, end - limit.dividedBy(TRIES).toNanos());
                } catch (SocketTimeoutException e) {
                    // The last attempt has the rest of the time.
                    continue;
                }
            }
            socket.send(new DatagramPacket(message, message.length));
            return received(socket, message, end);
        }
    }

    private byte[] received(DatagramSocket socket, byte[] message, long end) throws IOException {
        byte[] buffer = new byte[LONGEST];
        while (true) {
            socket.setSoTimeout(left(end));
            DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
            socket.receive(packet);
            byte[] answer = Arrays.copyOf(packet.getData(), packet.getLength());
            if (answers(answer, message)) {
                return answer;
            }
        }
    }

    private byte[] connection(InetSocketAddress address, byte[] message, long end) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(address, left(end));
            byte[] sent = ByteBuffer.allocate(message.length + 2)
                    .putShort((short) message.length)
                    .put(message)
                    .array();
            socket.setSoTimeout(left(end));
            socket.getOutputStream().write(sent);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] answer = new byte[in.readUnsignedShort()];
            for (int at = 0; at < answer.length; ) {
                socket.setSoTimeout(left(end));
                int read = in.read(answer, at, answer.length - at);
                if (read < 0) {
                    throw new EOFException();
                }
                at += read;
            }
            if (!answers(answer, message)) {
                throw new DnsException("the answer is one to another question");
            }
            return answer;
        }
    }

    /** Whether it has the id of the message, is a response, and repeats the question where it repeats any. */
    private static boolean answers(byte[] answer, byte[] message) {
        try {
            Message read = DnsMessage.parse(answer);
            Message sent = DnsMessage.parse(message);
            return read.getHeader().getFlag(Flags.QR)
                    && read.getHeader().getID() == sent.getHeader().getID()
                    && (read.getQuestion() == null || read.getQuestion().equals(sent.getQuestion()));
        } catch (DnsException e) {
            return false;
        }
    }

    private int left(long end) throws SocketTimeoutException {
        long left = Duration.ofNanos(end - ticker.nanos()).toMillis();
        if (left <= 0) {
            throw new SocketTimeoutException("time is up");
        }
        return (int) Math.min(left, Integer.MAX_VALUE);
    }
}
