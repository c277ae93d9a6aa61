package io.understudy.filestore.sftp;

import io.understudy.failure.Cancellation;
import io.understudy.filestore.BlockInput;
import java.io.IOException;
import java.io.InputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A download, which has its file open until its end. Failures are {@link io.understudy.failure.UnderstudyException}s.
 */
final class ObjectStream extends BlockInput {
    private static final Logger LOG = LoggerFactory.getLogger(ObjectStream.class);

    private final Connections connections;
    private final Connection connection;
    private final String action;
    private final InputStream in;
    private boolean ended;

    /** @param connection released when this is closed, or read to its end */
    ObjectStream(Connections connections, Connection connection, String action, InputStream in) {
        this.connections = connections;
        this.connection = connection;
        this.action = action;
        this.in = in;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
        if (ended) {
            return -1;
        }
        if (length == 0) {
            return 0;
        }
        // What was read ahead needs no waiting, which would notice.
        Cancellation.check(action + " the filestore");
        try {
            int count = in.read(buffer, offset, length);
            if (count < 0) {
                close();
            }
            return count;
        } catch (IOException | RuntimeException e) {
            ended = true;
            try {
                throw connections.failed(connection, action, e);
            } finally {
                connections.release(connection);
            }
        }
    }

    @Override
    public void close() {
        if (ended) {
            return;
        }
        ended = true;
        try {
            in.close();
        } catch (IOException | RuntimeException e) {
            // What was read is read; the next one takes another connection.
            LOG.debug("a download did not end well", connections.failed(connection, action, e));
        } finally {
            connections.release(connection);
        }
    }
}
