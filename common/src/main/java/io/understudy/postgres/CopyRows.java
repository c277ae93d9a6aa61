package io.understudy.postgres;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.sql.SQLException;
import org.postgresql.copy.CopyOut;
import org.postgresql.core.PGStream;
import org.postgresql.core.QueryExecutorBase;
import org.postgresql.jdbc.PgConnection;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

/**
 * Reads the rows of a {@code COPY … TO STDOUT} in pieces. The server sends each row as one message, and the driver
 * gives each message as one array: a row of 400 MB would take more than the agent's whole heap. So the content of the
 * messages is read here, from the driver's own stream; everything else of the protocol is left to the driver.
 *
 * <p>Source: "Frontend/Backend Protocol", COPY operations and message formats, in PostgreSQL's documentation.
 */
final class CopyRows {
    private static final int PIECE = 64 << 10;
    private static final int COPY_DATA = 'd';
    private static final VarHandle STREAM = stream();

    private final CopyOut copy;
    private final PGStream stream;
    private final OutputStream rows;
    private final byte[] piece = new byte[PIECE];
    private boolean writing;

    private CopyRows(CopyOut copy, PGStream stream, OutputStream rows) {
        this.copy = copy;
        this.stream = stream;
        this.rows = rows;
    }

    /** The driver does not publish its stream; its version is pinned, and a test notices when the field is gone. */
    private static VarHandle stream() {
        try {
            return MethodHandles.privateLookupIn(QueryExecutorBase.class, MethodHandles.lookup())
                    .findVarHandle(QueryExecutorBase.class, "pgStream", PGStream.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /**
     * @return the number of rows that were written
     * @throws IOException what {@code rows} threw
     */
    static long read(PgConnection connection, String sql, OutputStream rows) throws SQLException, IOException {
        CopyOut copy = connection.getCopyAPI().copyOut(sql);
        PGStream stream = (PGStream) STREAM.get((QueryExecutorBase) connection.getQueryExecutor());
        CopyRows reading = new CopyRows(copy, stream, rows);
        try {
            return reading.all();
        } catch (IOException e) {
            if (reading.writing) {
                throw e;
            }
            // As the driver reports it. The server may end a session in the middle of a row, without a message.
            throw new PSQLException("the connection was lost while rows were read", PSQLState.CONNECTION_FAILURE, e);
        }
    }

    private long all() throws SQLException, IOException {
        long count = 0;
        while (true) {
            if (stream.peekChar() == COPY_DATA) {
                message();
                count++;
                continue;
            }
            byte[] row = copy.readFromCopy();
            if (row == null) {
                requireAll(count, copy.getHandledRowCount());
                return count;
            }
            write(row, row.length);
            count++;
        }
    }

    private void message() throws IOException {
        stream.receiveChar();
        int left = stream.receiveInteger4() - Integer.BYTES;
        while (left > 0) {
            int length = Math.min(left, piece.length);
            stream.receive(piece, 0, length);
            write(piece, length);
            left -= length;
        }
    }

    private void write(byte[] bytes, int length) throws IOException {
        writing = true;
        rows.write(bytes, 0, length);
        writing = false;
    }

    private static void requireAll(long count, long sent) throws SQLException {
        if (count != sent) {
            throw new SQLException(count + " of " + sent + " rows arrived");
        }
    }
}
