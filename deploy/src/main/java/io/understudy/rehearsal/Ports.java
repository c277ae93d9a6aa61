package io.understudy.rehearsal;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Free ports of 127.0.0.1, below those that the system hands out by itself, so that no outgoing connection takes one in
 * between. A port goes to one asker only, in whichever process, also while nothing listens there yet: this process
 * holds the UDP port of the same number until it ends.
 */
public final class Ports {
    private static final int LOWEST = 20_000;
    private static final int HIGHEST = 32_000;
    private static final int TRIES = 200;
    private static final Duration LISTEN = Duration.ofSeconds(30);
    private static final Queue<DatagramSocket> HELD = new ConcurrentLinkedQueue<>();

    private Ports() {}

    public static int free() {
        for (int i = 0; i < TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
            if (isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException("cannot find a free port between " + LOWEST + " and " + HIGHEST);
    }

    /** Waits until something listens there. */
    public static void awaitListening(int port) {
        Deadline.await("something listens on port " + port, LISTEN, () -> listening(port));
    }

    public static boolean listening(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isFree(int port) {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(address);
            HELD.add(new DatagramSocket(address));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
