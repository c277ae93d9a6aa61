/**
 * Whether two servers think that they are the primary: {@link io.understudy.twoprimaries.TwoPrimaries} collects what
 * shows it, wherever it is seen.
 */
package io.understudy.twoprimaries;
