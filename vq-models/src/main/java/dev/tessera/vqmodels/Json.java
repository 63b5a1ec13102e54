package dev.tessera.vqmodels;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** JSON as it stands in model files: duplicate names refused, nesting bounded. */
final class Json {
    private static final int MAX_DEPTH = 32;
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
            .build();
    private static final JSON JSON_OBJECTS = JSON.builder(FACTORY).build();

    private Json() {}

    /** The one JSON object that {@code bytes[offset .. offset + length)} hold in UTF-8. */
    static Map<String, Object> parseObject(byte[] bytes, int offset, int length) throws CorruptModelException {
        try (JsonParser parser = FACTORY.createParser(bytes, offset, length)) {
            Map<String, Object> object = JSON_OBJECTS.mapFrom(parser);
            if (parser.nextToken() != null) {
                throw new CorruptModelException("there is something behind the JSON object");
            }
            return object;
        } catch (CorruptModelException e) {
            throw e;
        } catch (IOException e) {
            throw new CorruptModelException("not a JSON object: " + reason(e), e);
        }
    }

    static Map<String, Object> parseObject(String json) throws CorruptModelException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return parseObject(bytes, 0, bytes.length);
    }

    /** The JSON of maps, lists, strings, numbers and booleans, in the order of the maps. */
    static String write(Object value) {
        try {
            return JSON_OBJECTS.asString(value);
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot be written as JSON: " + reason(e), e);
        }
    }

    /** The first line: the others say where in the program's own buffers the trouble was. */
    private static String reason(IOException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("no reason given");
    }
}
