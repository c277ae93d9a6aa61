package io.understudy.deployments;

import io.understudy.hosts.TestHost;

/** Which host, by what it is when a move of the site begins. */
enum Place {
    PRIMARY,
    STANDBY,
    STORE,
    NAMES,
    OPERATOR;

    TestHost of(Deployment all, Roles roles) {
        return switch (this) {
            case PRIMARY -> roles.primary().host();
            case STANDBY -> roles.standby().host();
            case STORE -> all.store();
            case NAMES -> all.ns();
            case OPERATOR -> all.operator();
        };
    }
}
