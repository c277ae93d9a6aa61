package io.understudy.words;

/**
 * What an operator reads when something fails, as it stands in the source; values that are known only then are
 * {@code …}.
 *
 * @param code the error code's constant; {@code …} where it is that of a cause
 * @param file of the source, without its folders
 */
record Message(String code, String message, String hint, String file) {}
