package io.understudy.events;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What an {@link Event} says: plain, the object first, no capital at the start and no full stop at the end.
 *
 * <p>{@code {name}} is the value of that component of the record, {@code {manifest.totals.rows}} a value inside it.
 * What is in brackets is left out where a value in it is absent: {@code {snapshot} is live[, in {took}]}. A Boolean is
 * its own name where it is true, and absent otherwise. A failure is its message and, in parentheses, its code.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface EventText {
    String value();

    Severity severity() default Severity.INFO;

    /** What an operator can do; empty: the hint of the failure that the event carries, if it carries one. */
    String hint() default "";
}
