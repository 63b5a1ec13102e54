package dev.tessera.codecs.dataset.parquet;

import dev.tessera.codecs.CorruptBitstreamException;
import java.util.ArrayList;
import java.util.List;

/** The schema tree, flattened by the file into a list in depth-first order. */
final class Schema {
    private static final int MAX_DEPTH = 16;

    private final List<Element> elements;
    private final long fileOffset;
    private final List<Column> columns = new ArrayList<>();
    private int next;

    private record Element(int type, int repetition, String name, int children, int convertedType) {}

    private Schema(List<Element> elements, long fileOffset) {
        this.elements = elements;
        this.fileOffset = fileOffset;
    }

    /** The columns of the list of schema elements that {@code in} comes to. */
    static List<Column> parse(ThriftReader in, long fileOffset) throws CorruptBitstreamException {
        List<Element> elements = new ArrayList<>();
        for (int n = in.list(Thrift.STRUCT); n > 0; n--) {
            elements.add(parseElement(in));
        }
        Schema schema = new Schema(elements, fileOffset);
        int children = schema.take().children();
        for (int i = 0; i < children; i++) {
            schema.visit(List.of(), 0, 0);
        }
        if (schema.next != elements.size()) {
            throw new CorruptBitstreamException(fileOffset, "the schema has elements that belong to nothing");
        }
        return schema.columns;
    }

    private void visit(List<String> parents, int parentRepetition, int parentDefinition)
            throws CorruptBitstreamException {
        Element element = take();
        if (parents.size() == MAX_DEPTH || element.repetition() < 0 || element.repetition() > Format.REPEATED) {
            throw new CorruptBitstreamException(fileOffset, "the schema is malformed at " + element.name());
        }
        List<String> path = new ArrayList<>(parents);
        path.add(element.name());
        int repetition = parentRepetition + (element.repetition() == Format.REPEATED ? 1 : 0);
        int definition = parentDefinition + (element.repetition() == Format.REQUIRED ? 0 : 1);
        if (element.children() == 0) {
            columns.add(new Column(
                    List.copyOf(path),
                    element.type(),
                    element.convertedType() == Format.CONVERTED_UINT_32,
                    repetition,
                    definition,
                    element.repetition() == Format.OPTIONAL));
        }
        for (int i = 0; i < element.children(); i++) {
            visit(path, repetition, definition);
        }
    }

    private Element take() throws CorruptBitstreamException {
        if (next == elements.size()) {
            throw new CorruptBitstreamException(fileOffset, "the schema has fewer elements than it says");
        }
        return elements.get(next++);
    }

    private static Element parseElement(ThriftReader in) throws CorruptBitstreamException {
        int type = -1;
        int repetition = Format.REQUIRED;
        String name = "";
        int children = 0;
        int convertedType = -1;
        in.enter();
        for (int id = in.next(); id != Thrift.STOP; id = in.next()) {
            switch (id) {
                case 1 -> type = in.i32();
                case 3 -> repetition = in.i32();
                case 4 -> name = in.text();
                case 5 -> children = in.i32();
                case 6 -> convertedType = in.i32();
                default -> in.skip();
            }
        }
        return new Element(type, repetition, name, children, convertedType);
    }
}
