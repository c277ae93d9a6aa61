package io.understudy.primary.capture.database;

import io.understudy.config.ClosureRule;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** Takes which files the rows of a moment name. One query at a time. */
public interface NamedFiles {
    /** Asks nothing. */
    NamedFiles NONE = new NamedFiles() {
        @Override
        public List<ClosureRule> rules() {
            return List.of();
        }

        @Override
        public OutputStream open(ClosureRule rule) {
            throw new IllegalStateException("nothing is asked");
        }

        @Override
        public void failed(ClosureRule rule, String why) {}
    };

    List<ClosureRule> rules();

    /**
     * Takes lines of COPY's text format in UTF-8, one column. What came for the same rule before is of a moment that
     * was lost, and goes. Close it.
     */
    OutputStream open(ClosureRule rule) throws IOException;

    /** The query gave no answer. */
    void failed(ClosureRule rule, String why);
}
