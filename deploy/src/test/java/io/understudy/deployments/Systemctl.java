package io.understudy.deployments;

import io.understudy.hosts.TestHost;
import io.understudy.rehearsal.Deadline;
import java.nio.file.Files;
import java.time.Duration;

/**
 * In place of systemd, which wants a machine of its own. It knows one service, that of the site, and has gates before
 * and after each of its verbs, at which a test can hold it.
 */
final class Systemctl {
    private static final Duration REACHES = Duration.ofSeconds(120);

    private static final String SCRIPT = """
            #!/bin/bash
            [ $# = 2 ] && [ "$2" = %s ] || { echo "systemctl: unknown: $*" >&2; exit 5; }
            gate() {
                mv "/run/gates/$1" "/run/gates/$1.reached" 2>/dev/null || return 0
                while [ -e "/run/gates/$1.reached" ]; do sleep 0.05; done
            }
            service() {
                %s
            }
            gate "before-$1"
            (service "$1" "$2")
            code=$?
            gate "after-$1"
            exit $code
            """;

    /** What systemd makes of a unit: its user, its folder, its command, and a group of processes that ends as one. */
    private static final String UNIT = """
            unit=/etc/systemd/system/$2.service
            value() { sed -n "s/^$1=//p" "$unit"; }
            stop() {
                pid=$(cat /run/service.pid 2>/dev/null) || return 0
                kill -TERM -- "-$pid" 2>/dev/null
                for _ in $(seq 200); do kill -0 -- "-$pid" 2>/dev/null || break; sleep 0.05; done
                kill -KILL -- "-$pid" 2>/dev/null
                rm -f /run/service.pid
            }
            start() {
                ! kill -0 -- "-$(cat /run/service.pid 2>/dev/null)" 2>/dev/null || return 0
                cd "$(value WorkingDirectory)" || return
                user=$(value User)
                setsid sh -c 'echo $$ >/run/service.pid; exec "$@"' sh setpriv --reuid="${user:-root}" --regid="${user:-root}" --init-groups -- $(value ExecStart) >>/var/log/service.log 2>&1 </dev/null &
                for _ in $(seq 100); do [ ! -e /run/service.pid ] || return 0; sleep 0.05; done
                return 1
            }
            case $1 in
                stop) stop ;;
                start) start ;;
                restart) stop; start ;;
                *) return 5 ;;
            esac
            """;

    private Systemctl() {}

    /** @param lines of {@code bash} that do the verb {@code $1} with the service {@code $2} */
    static void install(TestHost host, String service, String lines) {
        host.write("/usr/local/bin/systemctl", SCRIPT.formatted(service, lines));
        host.shell("chmod 755 /usr/local/bin/systemctl; mkdir -p /run/gates");
    }

    /** For the service of a unit in {@code /etc/systemd/system}; its log is {@code /var/log/service.log}. */
    static void installUnit(TestHost host, String service) {
        install(host, service, UNIT);
    }

    /** The next one that comes to this gate waits there. @param gate {@code before-stop}, {@code after-start} … */
    static Gate hold(TestHost host, String gate) {
        host.write("/run/gates/" + gate, "");
        return new Gate(host, "/run/gates/" + gate);
    }

    /** A gate that is held. */
    record Gate(TestHost host, String file) {
        /** Waits until someone waits there. */
        void awaitReached() {
            Deadline.await(host + " is at " + file, REACHES, () -> Files.exists(host.path(file + ".reached")));
        }

        /** What waits there goes on, and nothing else will wait. */
        void open() {
            host.shell("rm -f \"$1\" \"$1.reached\"", file);
        }
    }
}
