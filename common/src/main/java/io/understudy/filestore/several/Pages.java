package io.understudy.filestore.several;

import io.understudy.filestore.ObjectInfo;
import io.understudy.filestore.Page;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** What several stores list, as one listing. */
final class Pages {
    private Pages() {}

    /** The union, up to where each of them has listed all. Of an object that several have, the youngest. */
    static Page merged(Collection<Page> pages) {
        Optional<String> end = pages.stream().filter(Page::more).map(Page::last).min(String::compareTo);
        TreeMap<String, ObjectInfo> objects = new TreeMap<>();
        for (Page page : pages) {
            for (ObjectInfo each : page.objects()) {
                objects.merge(each.key(), each, Pages::younger);
            }
        }
        List<ObjectInfo> complete = List.copyOf(
                end.map(last -> objects.headMap(last, true)).orElse(objects).values());
        return new Page(complete, end.isPresent());
    }

    static ObjectInfo younger(ObjectInfo one, ObjectInfo other) {
        return other.modified().isAfter(one.modified()) ? other : one;
    }

    static ObjectInfo older(ObjectInfo one, ObjectInfo other) {
        return other.modified().isBefore(one.modified()) ? other : one;
    }
}
