package io.understudy.fuzz;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ContainerNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** One change of one of the JSON documents that an input has, one on each line. */
final class JsonMutation {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final JsonMapper JSON = new JsonMapper();

    static {
        JSON.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxNumberLength(Integer.MAX_VALUE)
                        .build());
    }

    /** Where a value stands. */
    private record Place(ContainerNode<?> in, String field, int index) {
        JsonNode value() {
            return field == null ? in.get(index) : in.get(field);
        }

        void set(JsonNode value) {
            if (field == null) {
                ((ArrayNode) in).set(index, value);
            } else {
                ((ObjectNode) in).set(field, value);
            }
        }

        void remove() {
            if (field == null) {
                ((ArrayNode) in).remove(index);
            } else {
                ((ObjectNode) in).remove(field);
            }
        }
    }

    /** Empty when the line that would be changed is no JSON document. */
    Optional<byte[]> apply(byte[] input, Random random) {
        List<byte[]> lines = ByteMutation.split(input);
        int at = random.nextInt(lines.size());
        byte[] line = lines.get(at);
        try {
            JsonNode document = JSON.readTree(line);
            if (!document.isContainerNode()) {
                return Optional.empty();
            }
            boolean ended = line[line.length - 1] == '\n';
            lines.set(at, Values.utf8(changed(document, random) + (ended ? "\n" : "")));
            return Optional.of(ByteMutation.joined(lines));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String changed(JsonNode document, Random random) throws JsonProcessingException {
        List<Place> places = new ArrayList<>();
        collect(document, places);
        if (places.isEmpty()) {
            return value(random).toString();
        }
        Place place = Values.of(places, random);
        switch (random.nextInt(10)) {
            case 0, 1 -> place.remove();
            case 2 -> {
                return twice(document, place, random);
            }
            case 3 -> renamed(place, random);
            case 4 -> place.set(Values.of(places, random).value().deepCopy());
            case 5 -> more(place, random);
            case 6 -> near(place, random);
            case 7 -> unknown(place, random);
            default -> place.set(value(random));
        }
        return JSON.writeValueAsString(document);
    }

    private static void collect(JsonNode node, List<Place> places) {
        if (node instanceof ObjectNode object) {
            object.fieldNames().forEachRemaining(field -> {
                places.add(new Place(object, field, 0));
                collect(object.get(field), places);
            });
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                places.add(new Place(array, null, i));
                collect(array.get(i), places);
            }
        }
    }

    /** A field that is there twice, which a tree cannot hold. */
    private static String twice(JsonNode document, Place place, Random random) throws JsonProcessingException {
        String text = JSON.writeValueAsString(document);
        String field = place.field() == null ? "format" : place.field();
        String name = JSON.writeValueAsString(field) + ":";
        int at = text.indexOf(name);
        String value =
                random.nextBoolean() ? place.value().toString() : value(random).toString();
        return at < 0 ? text : text.substring(0, at) + name + value + "," + text.substring(at);
    }

    private static void renamed(Place place, Random random) {
        if (place.field() != null) {
            JsonNode value = place.value();
            place.remove();
            ((ObjectNode) place.in()).set(place.field() + Values.text(random), value);
        }
    }

    private static void unknown(Place place, Random random) {
        if (place.in() instanceof ObjectNode object) {
            object.set("unknown" + random.nextInt(100), value(random));
        }
    }

    /** A list with more elements, of which some are the same. */
    private static void more(Place place, Random random) {
        if (place.value() instanceof ArrayNode array && !array.isEmpty()) {
            int more = 1 + random.nextInt(1 << random.nextInt(9));
            for (int i = 0; i < more; i++) {
                array.insert(random.nextInt(array.size() + 1), array.get(random.nextInt(array.size())));
            }
        }
    }

    /** Almost the same value. */
    private static void near(Place place, Random random) {
        JsonNode value = place.value();
        if (value.isIntegralNumber()) {
            place.set(NODES.numberNode(value.longValue() + random.nextInt(5) - 2));
        } else if (value.isTextual() && !value.textValue().isEmpty()) {
            String text = value.textValue();
            int at = random.nextInt(text.length());
            place.set(NODES.textNode(
                    switch (random.nextInt(4)) {
                        case 0 -> text.substring(0, at);
                        case 1 -> text.substring(0, at) + text.substring(at + 1);
                        case 2 -> text.substring(0, at) + Values.text(random) + text.substring(at);
                        default -> text + text;
                    }));
        } else {
            place.set(NODES.nullNode());
        }
    }

    private static JsonNode value(Random random) {
        return switch (random.nextInt(9)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.booleanNode(random.nextBoolean());
            case 2, 3 -> raw(Values.number(random));
            case 4, 5 -> NODES.textNode(Values.text(random));
            case 6 -> NODES.arrayNode();
            case 7 -> NODES.objectNode();
            default -> nested(1 << random.nextInt(14), random.nextBoolean());
        };
    }

    private static JsonNode nested(int depth, boolean objects) {
        return raw(objects ? "{\"a\":".repeat(depth) + "1" + "}".repeat(depth) : "[".repeat(depth) + "]".repeat(depth));
    }

    private static JsonNode raw(String json) {
        return new POJONode(new RawValue(json));
    }
}
