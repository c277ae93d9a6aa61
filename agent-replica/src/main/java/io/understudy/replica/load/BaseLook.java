package io.understudy.replica.load;

import java.util.Set;

/**
 * What was looked at in a database before a load by differences changes it.
 *
 * @param mark of when its load ended
 * @param quiet whether it was never live since, so nothing else wrote into it
 * @param readsObjects whether large objects can be looked at, or there are none
 * @param driftedOthers of what no list of the snapshot names: what was written since
 */
record BaseLook(Structure structure, LoadMark mark, boolean quiet, boolean readsObjects, Set<String> driftedOthers) {
    static boolean isLargeObject(String name) {
        return name.equals(LargeObjects.CONTENT) || name.equals(LargeObjects.LIST);
    }

    CopyTargets targets() {
        return structure.targets();
    }

    LoadOrder order() {
        return structure.order();
    }

    Set<String> others() {
        return mark.others().keySet();
    }

    /** Whether large objects may be other than the older snapshot's, or cannot be looked at. */
    boolean hasDoubtfulObjects() {
        return driftedOthers.stream().anyMatch(BaseLook::isLargeObject) || !readsObjects;
    }
}
