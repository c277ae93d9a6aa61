/**
 * Changes to a folder of the site as a plan: planned, staged next to it, made live by renames, and taken back. What
 * decides how far a plan is to be carried out lies above.
 */
package io.understudy.exchange;
