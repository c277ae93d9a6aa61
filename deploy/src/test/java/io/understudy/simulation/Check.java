package io.understudy.simulation;

/** What the observers compare only where a run comes to it. A check that no run comes to watches nothing. */
enum Check {
    COMMITTED("snapshots compared with the moment that was frozen"),
    PROMOTED("promotions compared with what was there before"),
    FORECAST("promotions compared with their forecast"),
    HANDED_OVER("sites taken over after a switchover"),
    RETURNED("returns of old primaries"),
    ORPHAN("orphans compared with the stopped site"),
    KEPT("kept copies compared with their database"),
    KEPT_FILES("kept copies compared with their uploads"),
    KEPT_SEVERAL("returns with several kept copies"),
    OVERWRITTEN("databases of old primaries, overwritten before anybody asked, found after a return"),
    REHEARSED("drills on what the newest snapshot has"),
    LEASE("sites stopped when no filestore had confirmed their epoch for long"),
    FENCED("sites stopped when a higher epoch was seen"),
    HELD("snapshots ahead that are within what holds permit");

    final String text;

    Check(String text) {
        this.text = text;
    }
}
