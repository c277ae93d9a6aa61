package io.understudy.dump;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Learns whether what an earlier command of the same left is kept, once that was looked at. */
interface Earlier {
    /** Of a command that has one snapshot only. */
    Earlier OF_ONE_SNAPSHOT = new Earlier() {
        private static final Logger LOG = LoggerFactory.getLogger(Earlier.class);

        @Override
        public void goesOn() {
            LOG.debug("what an earlier restore left is gone on with");
        }

        @Override
        public boolean startsOver(String why) {
            LOG.info("what an earlier restore left is dropped, and the restore starts over: {}", why);
            return true;
        }
    };

    /** It is gone on with. */
    void goesOn();

    /**
     * None of it can be kept.
     *
     * @param why for people
     * @return whether this command starts over with its snapshot; otherwise it drops what was left, and makes nothing
     */
    boolean startsOver(String why);
}
