/**
 * The demo: two servers, a site, a disaster and the switch, on one machine.
 */
package io.understudy.demo;
