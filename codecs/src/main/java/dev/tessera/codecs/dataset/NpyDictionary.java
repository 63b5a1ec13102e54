package dev.tessera.codecs.dataset;

import dev.tessera.codecs.CorruptBitstreamException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The Python dictionary literal of a {@code .npy} header, such as
 * {@code {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }}.
 */
final class NpyDictionary {
    private static final int MAX_RANK = 64; // numpy's own limit

    private final String text;
    private int position;
    private String descr = "";
    private boolean fortranOrder;
    private long[] shape = {};

    private NpyDictionary(String text) {
        this.text = text;
    }

    static NpyDictionary parse(String text) throws CorruptBitstreamException {
        NpyDictionary dictionary = new NpyDictionary(text);
        dictionary.parseAll();
        return dictionary;
    }

    String descr() {
        return descr;
    }

    boolean fortranOrder() {
        return fortranOrder;
    }

    long[] shape() {
        return shape.clone();
    }

    private void parseAll() throws CorruptBitstreamException {
        Set<String> seen = new HashSet<>();
        expect('{');
        while (!accept('}')) {
            String key = string();
            expect(':');
            switch (key) {
                case "descr" -> descr = string();
                case "fortran_order" -> fortranOrder = bool();
                case "shape" -> shape = tuple();
                default -> throw malformed();
            }
            if (!seen.add(key)) {
                throw malformed();
            }
            if (!accept(',')) {
                expect('}');
                break;
            }
        }
        skipSpace();
        if (seen.size() != 3 || position != text.length()) {
            throw malformed();
        }
    }

    private String string() throws CorruptBitstreamException {
        skipSpace();
        if (position < text.length() && text.charAt(position) == '[') {
            throw new CorruptBitstreamException(0, "the dtype has fields; only plain numbers can be read");
        }
        char quote = accept('\'') ? '\'' : '"';
        if (quote == '"') {
            expect('"');
        }
        int end = text.indexOf(quote, position);
        if (end < 0) {
            throw malformed();
        }
        String value = text.substring(position, end);
        position = end + 1;
        return value;
    }

    private boolean bool() throws CorruptBitstreamException {
        skipSpace();
        for (String word : List.of("True", "False")) {
            if (text.startsWith(word, position)) {
                position += word.length();
                return word.equals("True");
            }
        }
        throw malformed();
    }

    private long[] tuple() throws CorruptBitstreamException {
        List<Long> extents = new ArrayList<>();
        expect('(');
        while (!accept(')')) {
            if (extents.size() == MAX_RANK) {
                throw malformed();
            }
            extents.add(number());
            if (!accept(',')) {
                expect(')');
                break;
            }
        }
        return extents.stream().mapToLong(Long::longValue).toArray();
    }

    private long number() throws CorruptBitstreamException {
        skipSpace();
        int start = position;
        while (position < text.length() && text.charAt(position) >= '0' && text.charAt(position) <= '9') {
            position++;
        }
        if (position == start || position - start > 18) {
            throw malformed();
        }
        long value = Long.parseLong(text.substring(start, position));
        accept('L'); // Python 2 wrote long integers so
        return value;
    }

    private void expect(char c) throws CorruptBitstreamException {
        if (!accept(c)) {
            throw malformed();
        }
    }

    private boolean accept(char c) {
        skipSpace();
        boolean there = position < text.length() && text.charAt(position) == c;
        position += there ? 1 : 0;
        return there;
    }

    private void skipSpace() {
        while (position < text.length() && (text.charAt(position) == ' ' || text.charAt(position) == '\n')) {
            position++;
        }
    }

    private CorruptBitstreamException malformed() {
        return new CorruptBitstreamException(
                position, "the .npy dictionary is malformed, must have descr, fortran_order and shape");
    }
}
