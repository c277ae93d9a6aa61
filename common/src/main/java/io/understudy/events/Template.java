package io.understudy.events;

import io.understudy.failure.UnderstudyException;
import io.understudy.time.Moments;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Fills the text of an event with its values, by the rules of {@link EventText}. */
final class Template {
    private static final Pattern PART = Pattern.compile("\\[(?<optional>[^\\[\\]]*)]|\\{(?<value>[\\w.]+)}");

    /** Stands for a value that is absent outside of brackets. */
    private static final String NONE = "none";

    private Template() {}

    static String render(String template, Object event) {
        return PART.matcher(template).replaceAll(part -> {
            String path = part.group(2);
            String text = path == null
                    ? optional(part.group(1), event)
                    : value(path, event).orElse(NONE);
            return Matcher.quoteReplacement(text);
        });
    }

    /** The first failure among the components. */
    static Optional<Throwable> failure(Object event) {
        return Arrays.stream(event.getClass().getRecordComponents())
                .map(RecordComponent::getName)
                .map(name -> get(name, event))
                .flatMap(Template::each)
                .filter(Throwable.class::isInstance)
                .map(Throwable.class::cast)
                .findFirst();
    }

    private static String optional(String template, Object event) {
        boolean whole = PART.matcher(template)
                .results()
                .allMatch(part -> value(part.group(2), event).isPresent());
        return whole ? render(template, event) : "";
    }

    private static Optional<String> value(String path, Object event) {
        Object value = event;
        for (String name : path.split("\\.")) {
            value = get(name, value);
        }
        if (value instanceof Boolean yes) {
            return yes ? Optional.of(path) : Optional.empty();
        }
        String text = each(value).map(Template::text).collect(Collectors.joining(", "));
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    private static Stream<?> each(Object value) {
        if (value instanceof Optional<?> optional) {
            return optional.stream();
        }
        return value instanceof Collection<?> all ? all.stream() : Stream.of(value);
    }

    private static String text(Object value) {
        if (value instanceof UnderstudyException failure) {
            return failure.getMessage() + " (" + failure.code().label() + ")";
        }
        if (value instanceof Duration duration) {
            return duration.toMillis() / 1000.0 + " s";
        }
        if (value instanceof Instant moment) {
            return Moments.text(moment);
        }
        return value instanceof Enum<?> constant
                ? constant.name().toLowerCase(Locale.ROOT).replace('_', ' ')
                : String.valueOf(value);
    }

    private static Object get(String name, Object from) {
        try {
            return from.getClass().getMethod(name).invoke(from);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("no value \"" + name + "\" in " + from.getClass(), e);
        }
    }
}
