package io.understudy.deployments;

import io.understudy.hosts.TestHost;
import java.util.List;
import java.util.Optional;

/** The site of a deployment on one of its two servers. */
interface Site {
    /**
     * Installs what the page says for both servers; of the site nothing but its database server runs.
     *
     * @param password of the agents' login, and of the site's where it has the same
     */
    void install(Example example, String password);

    /** Makes what a site in production has, and starts it. */
    void create();

    /** The marker's file. */
    String marker();

    /** {@code primary} or {@code standby}, as the site says; empty when it does not run or is not well. */
    Optional<String> mode();

    /** Whether it takes a write, from wherever it comes. It is written. */
    boolean takesWrites();

    /** Writes a text right there, and a file with it, as visitors do. @return whether it was acknowledged */
    boolean write(String text);

    /** What of the visitor's is whole there. */
    List<String> texts();

    /** What of the visitor's is whole in an orphan that was saved of this site, and is nowhere else. */
    List<String> textsIn(Orphan orphan);

    /** Whether a request there is answered with this code. @param words of curl; the last one is the URL */
    static boolean answers(TestHost host, String code, String... words) {
        Object[] all = new Object[words.length + 7];
        System.arraycopy(new Object[] {"curl", "-s", "-m", "5", "-o", "/dev/null", "-w%{http_code}"}, 0, all, 0, 7);
        System.arraycopy(words, 0, all, 7, words.length);
        return host.run(all).output().equals(code);
    }
}
