package io.understudy.replica.forecast;

import java.util.List;

/** A cheap look at something that a promotion needs. Changes nothing; throws nothing; ends within seconds. */
public interface Look {
    /** @return what stands in the way; empty when nothing does */
    List<Obstacle> at(Seen seen);
}
