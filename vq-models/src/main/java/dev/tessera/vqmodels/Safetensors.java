package dev.tessera.vqmodels;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The safetensors file format: the length of a JSON header as a 64-bit little-endian number, the header, the values of all
 * tensors back to back. The header maps each name to element type, shape and the range of its bytes.
 *
 * @param tensors by name, sorted
 * @param metadata the strings of {@code __metadata__}, sorted
 */
record Safetensors(Map<String, Tensor> tensors, Map<String, String> metadata) {
    /** The format allows 100 MB; this is room for a hundred thousand tensors and keeps hostile headers cheap. */
    static final int MAX_HEADER_BYTES = 16 << 20;

    private static final String METADATA = "__metadata__";
    private static final int LENGTH_BYTES = 8;
    private static final int ALIGNMENT = 8;

    /** The tensors of {@code file}; they are views of it. */
    static Safetensors read(byte[] file) throws CorruptModelException {
        if (file.length < LENGTH_BYTES) {
            throw new CorruptModelException("not a safetensors file: it has " + file.length + " bytes");
        }
        long declared = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
        long most = Math.min(MAX_HEADER_BYTES, file.length - LENGTH_BYTES);
        if (declared < 2 || declared > most) {
            throw new CorruptModelException("not a safetensors file: the header length is "
                    + Long.toUnsignedString(declared) + ", must be in [2, " + most + "]");
        }
        int headerBytes = (int) declared;
        if (file[LENGTH_BYTES] != '{') {
            throw new CorruptModelException("not a safetensors file: the header does not start with '{'");
        }
        Map<String, Object> header = Json.parseObject(file, LENGTH_BYTES, headerBytes);
        Map<String, String> metadata = header.containsKey(METADATA) ? readMetadata(header.remove(METADATA)) : Map.of();
        int start = LENGTH_BYTES + headerBytes;
        List<Entry> entries = new ArrayList<>();
        for (Map.Entry<String, Object> entry : header.entrySet()) {
            entries.add(Entry.parse(entry.getKey(), entry.getValue()));
        }
        return new Safetensors(
                views(entries, ByteBuffer.wrap(file, start, file.length - start).slice()), metadata);
    }

    /** The bytes of a file with these tensors. Equal contents give equal bytes. */
    byte[] write() {
        // Wide elements first: then every tensor is aligned to its element size without gaps, which the format forbids.
        List<Map.Entry<String, Tensor>> order = new ArrayList<>(tensors.entrySet());
        order.sort(Comparator.comparingInt(
                        (Map.Entry<String, Tensor> e) -> -e.getValue().type().bytes())
                .thenComparing(Map.Entry::getKey));
        Map<String, Object> header = new LinkedHashMap<>();
        if (!metadata.isEmpty()) {
            header.put(METADATA, new TreeMap<>(metadata));
        }
        long offset = 0;
        for (Map.Entry<String, Tensor> entry : order) {
            Tensor tensor = entry.getValue();
            long end = offset + tensor.bytes().remaining();
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("dtype", tensor.type().name());
            fields.put("shape", tensor.shape());
            fields.put("data_offsets", new long[] {offset, end});
            header.put(entry.getKey(), fields);
            offset = end;
        }
        byte[] json = Json.write(header).getBytes(StandardCharsets.UTF_8);
        int padded = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(LENGTH_BYTES + padded + offset))
                .order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(padded).put(json).put(" ".repeat(padded - json.length).getBytes(StandardCharsets.US_ASCII));
        order.forEach(entry -> out.put(entry.getValue().bytes()));
        return out.array();
    }

    private static Map<String, String> readMetadata(Object value) throws CorruptModelException {
        if (!(value instanceof Map<?, ?> map)) {
            throw new CorruptModelException(METADATA + " is not a JSON object");
        }
        Map<String, String> metadata = new TreeMap<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (!(entry.getValue() instanceof String text)) {
                throw new CorruptModelException(METADATA + " has '" + entry.getKey() + "', which is not a string");
            }
            metadata.put((String) entry.getKey(), text);
        }
        return metadata;
    }

    /** Slices {@code data}; the ranges must tile it exactly. */
    private static Map<String, Tensor> views(List<Entry> entries, ByteBuffer data) throws CorruptModelException {
        entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        Map<String, Tensor> tensors = new TreeMap<>();
        long expected = 0;
        for (Entry entry : entries) {
            if (entry.begin() != expected || entry.end() > data.limit()) {
                throw new CorruptModelException("tensor '" + entry.name() + "' has the bytes " + entry.begin() + " to "
                        + entry.end() + ", must start at " + expected + " and end within " + data.limit());
            }
            int begin = (int) entry.begin();
            tensors.put(
                    entry.name(),
                    new Tensor(entry.type(), entry.shape(), data.slice(begin, (int) entry.end() - begin)));
            expected = entry.end();
        }
        if (expected != data.limit()) {
            throw new CorruptModelException(
                    "the tensors end at byte " + expected + " of the data, which has " + data.limit());
        }
        return tensors;
    }

    /** One tensor of the header, its byte count checked against type and shape. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Entry(String name, DType type, int[] shape, long begin, long end) {
        static Entry parse(String name, Object value) throws CorruptModelException {
            if (!(value instanceof Map<?, ?> fields)) {
                throw new CorruptModelException("tensor '" + name + "' is not a JSON object");
            }
            String dtype = String.valueOf(fields.get("dtype"));
            DType type = DType.ofName(dtype)
                    .orElseThrow(
                            () -> new CorruptModelException("tensor '" + name + "' has the unknown dtype " + dtype));
            long[] extents = longs(name, fields, "shape");
            long[] offsets = longs(name, fields, "data_offsets");
            if (offsets.length != 2 || offsets[1] < offsets[0]) {
                throw new CorruptModelException("tensor '" + name + "' has data_offsets that are no range");
            }
            int[] shape = new int[extents.length];
            long bytes = type.bytes();
            for (int i = 0; i < shape.length; i++) {
                if (extents[i] > Integer.MAX_VALUE || bytes > Integer.MAX_VALUE) {
                    throw new CorruptModelException("tensor '" + name + "' is above 2^31 - 1 bytes");
                }
                shape[i] = (int) extents[i];
                bytes *= extents[i];
            }
            if (bytes != offsets[1] - offsets[0]) {
                throw new CorruptModelException(
                        "tensor '" + name + "' needs " + bytes + " bytes but has " + (offsets[1] - offsets[0]));
            }
            return new Entry(name, type, shape, offsets[0], offsets[1]);
        }

        private static long[] longs(String name, Map<?, ?> fields, String field) throws CorruptModelException {
            if (!(fields.get(field) instanceof List<?> list)) {
                throw new CorruptModelException("tensor '" + name + "' has no list " + field);
            }
            long[] out = new long[list.size()];
            for (int i = 0; i < out.length; i++) {
                Object item = list.get(i);
                if (!(item instanceof Integer || item instanceof Long) || ((Number) item).longValue() < 0) {
                    throw new CorruptModelException(
                            "tensor '" + name + "' has " + item + " in " + field + ", must be a whole number from 0");
                }
                out[i] = ((Number) item).longValue();
            }
            return out;
        }
    }
}
