package io.understudy.primary.capture;

import io.understudy.config.Settings.TreeSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Keeps the site still around the moment of a snapshot. */
public interface Quiesce {
    /** The site goes on. */
    Quiesce NONE = trees -> new Still() {
        @Override
        public void stop() {}

        @Override
        public boolean fix() {
            return true;
        }

        @Override
        public List<TreeSettings> trees() {
            return trees;
        }

        @Override
        public Optional<Duration> down() {
            return Optional.empty();
        }

        @Override
        public void close() {}
    };

    /** Whether it stops anything. */
    default boolean stops() {
        return this != NONE;
    }

    /** How long another process that starts the site is waited for, before a snapshot is given up. Zero: not at all. */
    default Duration patience() {
        return Duration.ZERO;
    }

    /** For one snapshot. Nothing is stopped yet. */
    Still begin(List<TreeSettings> trees);

    /** The stillness of one snapshot. Thread-safe. */
    interface Still extends AutoCloseable {
        /**
         * Stops the site, unless it is stopped; before each attempt to take the moment.
         *
         * @throws io.understudy.failure.UnderstudyException {@code COMMAND_*}: the site was started again
         */
        void stop();

        /**
         * The moment is taken: fixes the trees and starts the site.
         *
         * @return false where the site ran when the moment was taken, so that it is of no use: as when a first moment
         *     was lost, and another one was taken
         * @throws io.understudy.failure.UnderstudyException {@code COMMAND_*}, {@code FILE_*}
         */
        boolean fix();

        /**
         * Asked while the moment is awaited.
         *
         * @throws io.understudy.failure.UnderstudyException {@code COMMAND_TIMEOUT} where the site was started because
         *     that took too long: a moment is of no use any more
         */
        default void requireStill() {}

        /** The trees, each at the place where it is to be read. */
        List<TreeSettings> trees();

        /** Where this one is to be read. */
        default TreeSettings of(TreeSettings tree) {
            return trees().stream()
                    .filter(each -> each.name().equals(tree.name()))
                    .findFirst()
                    .orElse(tree);
        }

        /** How long the site was stopped; empty where it is not stopped for snapshots. */
        Optional<Duration> down();

        /** Starts the site if it is stopped. What was made to fix the trees stays until {@link #clear}. */
        @Override
        void close();

        /**
         * Removes what was made to fix the trees, after {@link #close} and when nothing reads them any more. Throws
         * nothing: what cannot be removed is reported, and tried again later.
         */
        default void clear() {}
    }
}
