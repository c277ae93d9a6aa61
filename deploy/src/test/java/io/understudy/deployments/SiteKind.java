package io.understudy.deployments;

import io.understudy.hosts.TestHost;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Which site a deployment has.
 *
 * @param example folder of its shipped files
 * @param programs folders that its hosts need; skips the calling test where they are not here
 * @param on the site on one host
 * @param visit lines of {@code bash} that write {@code $text} at the site's name and print the answer's code and the
 *     address that it came from
 * @param acknowledged the code with which the site says that it has written
 */
record SiteKind(
        Example example,
        Supplier<Map<String, Path>> programs,
        Function<TestHost, Site> on,
        String visit,
        String acknowledged) {}
