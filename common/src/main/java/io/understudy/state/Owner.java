package io.understudy.state;

/** Which agents write a file of the state folder. */
enum Owner {
    BOTH,
    PRIMARY,
    REPLICA
}
