package io.understudy.testing;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Free ports of 127.0.0.1 for servers that tests start, each for one asker only, in whichever process: below those that
 * the system gives to outgoing connections, and this process holds the UDP port of the same number until it ends.
 */
public final class FreePorts {
    private static final int LOWEST = 20_000;
    private static final int HIGHEST = 32_000;
    private static final int TRIES = 200;
    private static final Queue<DatagramSocket> HELD = new ConcurrentLinkedQueue<>();

    private FreePorts() {}

    public static int next() {
        for (int i = 0; i < TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            try (ServerSocket free = new ServerSocket()) {
                free.bind(address);
                HELD.add(new DatagramSocket(address));
                return port;
            } catch (IOException e) {
                // It is taken: try another one.
            }
        }
        throw none();
    }

    /**
     * For a server that takes datagrams too, so the UDP port is not held: only a process that draws the same number
     * would take it.
     */
    public static int nextWithDatagrams() {
        for (int i = 0; i < TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            try (ServerSocket free = new ServerSocket();
                    DatagramSocket datagrams = new DatagramSocket(address)) {
                free.bind(address);
                return datagrams.getLocalPort();
            } catch (IOException e) {
                // It is taken: try another one.
            }
        }
        throw none();
    }

    private static IllegalStateException none() {
        return new IllegalStateException("cannot find a free port between " + LOWEST + " and " + HIGHEST);
    }
}
