package dev.tessera.codecs.container;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.UnsupportedVersionException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * A {@code .tsr} file: one picture or sound as a header, one or several chunks of payload and checksums
 * (docs/formats/tsr.md).
 */
public final class TsrFile {
    /** The version that this build writes and reads. */
    public static final int FORMAT_VERSION = 0;

    /** The first byte of every file. */
    public static final int MAGIC = 0xD4;

    private static final int CHECKSUM_BYTES = 2;
    private static final int MIN_BYTES = 10;

    private final TsrHeader header;
    private final TsrLayout layout;
    private final Tolerance tolerance;
    private final List<Optional<byte[]>> chunks;
    private final int[] chunkBytes;
    private final int overheadBytes;
    private final int streamHundredths; // 0 when the file is no stream

    private TsrFile(
            TsrHeader header,
            TsrLayout layout,
            Tolerance tolerance,
            List<Optional<byte[]>> chunks,
            int[] chunkBytes,
            int overheadBytes,
            int streamHundredths) {
        this.header = header;
        this.layout = layout;
        this.tolerance = tolerance;
        this.chunks = chunks;
        this.chunkBytes = chunkBytes;
        this.overheadBytes = overheadBytes;
        this.streamHundredths = streamHundredths;
    }

    public TsrHeader header() {
        return header;
    }

    public TsrLayout layout() {
        return layout;
    }

    /**
     * Hundredths of a second that each chunk lasts in a file that was written as a stream of {@link TsrLayout#INDEPENDENT} chunks
     * ({@link TsrStreamWriter}); nothing of other files.
     */
    public OptionalInt streamHundredths() {
        return streamHundredths == 0 ? OptionalInt.empty() : OptionalInt.of(streamHundredths);
    }

    /** How this file was read, and so how its missing chunks are to be made up for. */
    public Tolerance tolerance() {
        return tolerance;
    }

    /** How many chunks the file should have; 1 in the single layout, from 0 on in a stream. */
    public int chunkCount() {
        return chunks.size();
    }

    /** A copy of the entropy-coded bytes of chunk {@code index}; nothing when it is missing, short or damaged. */
    public Optional<byte[]> chunk(int index) {
        return chunks.get(index).map(byte[]::clone);
    }

    /** Bytes that each chunk has, or should have, without its checksum. */
    public int[] chunkBytes() {
        return chunkBytes.clone();
    }

    /** Bytes that the whole file has besides its payload: header, chunk table and checksums. */
    public int overheadBytes() {
        return overheadBytes;
    }

    /**
     * Numbers of the chunks that are missing, short or damaged, ascending; with {@link Tolerance#PREFIX} all behind the
     * first.
     */
    public int[] missingChunks() {
        return IntStream.range(0, chunks.size())
                .filter(i -> chunks.get(i).isEmpty())
                .toArray();
    }

    /** Number of chunks before the first missing one. */
    public int wholePrefix() {
        int n = 0;
        while (n < chunks.size() && chunks.get(n).isPresent()) {
            n++;
        }
        return n;
    }

    /** The entropy-coded bytes of all chunks before the first missing one, joined. */
    public byte[] payload() {
        List<byte[]> prefix =
                chunks.stream().limit(wholePrefix()).map(Optional::orElseThrow).toList();
        byte[] joined = new byte[prefix.stream().mapToInt(chunk -> chunk.length).sum()];
        int to = 0;
        for (byte[] chunk : prefix) {
            System.arraycopy(chunk, 0, joined, to, chunk.length);
            to += chunk.length;
        }
        return joined;
    }

    /**
     * Bytes that a file of the single layout with this header has besides its payload, checksum included; what rate
     * control must subtract.
     */
    public static int headerBytes(TsrHeader header) {
        return HeaderCoding.write(header, TsrLayout.SINGLE).length() + CHECKSUM_BYTES;
    }

    /** Size of the file that {@link #write(TsrHeader, TsrLayout, List)} would make. */
    public static long size(TsrHeader header, TsrLayout layout, List<byte[]> chunks) {
        if (layout == TsrLayout.SINGLE) {
            return headerBytes(header) + (long) single(chunks).length;
        }
        ChunkTable table = ChunkTable.append(HeaderCoding.write(header, layout), layout, chunks);
        return table.start() + table.bodyBytes();
    }

    /** The whole file in the single layout. */
    public static byte[] write(TsrHeader header, byte[] payload) {
        HeaderWriter start = HeaderCoding.write(header, TsrLayout.SINGLE);
        byte[] file = new byte[Math.addExact(start.length() + CHECKSUM_BYTES, payload.length)];
        start.copyTo(file);
        System.arraycopy(payload, 0, file, start.length(), payload.length);
        int end = file.length - CHECKSUM_BYTES;
        int crc = Crc16.of(file, end);
        file[end] = (byte) (crc >>> 8);
        file[end + 1] = (byte) crc;
        return file;
    }

    /**
     * The whole file.
     *
     * @param chunks entropy-coded bytes; exactly 1 in the single layout, else 1 to 65,536
     */
    public static byte[] write(TsrHeader header, TsrLayout layout, List<byte[]> chunks) {
        if (layout == TsrLayout.SINGLE) {
            return write(header, single(chunks));
        }
        HeaderWriter start = HeaderCoding.write(header, layout);
        ChunkTable table = ChunkTable.append(start, layout, chunks);
        byte[] file = new byte[Math.toIntExact(table.start() + table.bodyBytes())];
        start.copyTo(file);
        int at = table.start();
        for (int i = 0; i < chunks.size(); i++) {
            System.arraycopy(chunks.get(i), 0, file, at, chunks.get(i).length);
            int checksum = table.checksum(file, at, i);
            at += table.bytes(i);
            for (int b = 1; b <= layout.checksumBytes(); b++) {
                file[at - b] = (byte) (checksum >>> 8 * (b - 1));
            }
        }
        return file;
    }

    /** Reads a whole file under {@link TsrLimits#DEFAULT}. */
    public static TsrFile read(byte[] file) throws CorruptBitstreamException, UnsupportedVersionException {
        return read(file, TsrLimits.DEFAULT);
    }

    /** Reads a whole file; {@link Tolerance#NONE}. */
    public static TsrFile read(byte[] file, TsrLimits limits)
            throws CorruptBitstreamException, UnsupportedVersionException {
        return read(file, limits, Tolerance.NONE);
    }

    /**
     * Reads a file.
     *
     * @param tolerance what may be wrong with chunks; a damaged header, a damaged file of the single layout and a file
     *     without any chunk to begin with are corrupt in every case
     * @throws UnsupportedVersionException for another version than {@value #FORMAT_VERSION}
     * @throws CorruptBitstreamException when the bytes are no {@code .tsr} file, are damaged beyond {@code tolerance},
     *     or claim a geometry above {@code limits}
     */
    public static TsrFile read(byte[] file, TsrLimits limits, Tolerance tolerance)
            throws CorruptBitstreamException, UnsupportedVersionException {
        Objects.requireNonNull(tolerance, "tolerance");
        if (file.length < MIN_BYTES) {
            throw new CorruptBitstreamException(
                    file.length, "not a .tsr file: " + file.length + " bytes, the smallest has " + MIN_BYTES);
        }
        checkStart(file);
        if (HeaderCoding.isStream(file[1])) {
            return readStream(file, limits, tolerance);
        }
        TsrLayout layout = HeaderCoding.layout(file[1]);
        return layout == TsrLayout.SINGLE
                ? readSingle(file, limits, tolerance)
                : readChunks(file, layout, limits, tolerance);
    }

    /** Refuses what cannot be a file of this version by its first two bytes. */
    static void checkStart(byte[] file) throws CorruptBitstreamException, UnsupportedVersionException {
        if ((file[0] & 0xFF) != MAGIC) {
            throw new CorruptBitstreamException(0, "not a .tsr file: it does not start with the byte D4");
        }
        int version = HeaderCoding.version(file[1]);
        if (version != FORMAT_VERSION) {
            throw new UnsupportedVersionException(version, FORMAT_VERSION, FORMAT_VERSION);
        }
    }

    /** A stream whose end is missing has a missing chunk behind those that were found, and as many samples as these have. */
    private static TsrFile readStream(byte[] file, TsrLimits limits, Tolerance tolerance)
            throws CorruptBitstreamException, UnsupportedVersionException {
        try {
            TsrStreamReader in = new TsrStreamReader(new ByteArrayInputStream(file), limits, tolerance);
            List<Optional<byte[]>> chunks = new ArrayList<>();
            for (Optional<TsrStreamReader.Chunk> next = in.next(); next.isPresent(); next = in.next()) {
                chunks.add(next.get().bytes());
            }
            AudioGeometry form = (AudioGeometry) in.header().geometry();
            long samples = in.samples().orElse((long) chunks.size() * in.hundredths() * form.sampleRate() / 100);
            samples = Math.min(samples, Integer.MAX_VALUE / form.channels());
            if (in.samples().isEmpty()) {
                chunks.add(Optional.empty());
            }
            if (!chunks.isEmpty() && chunks.stream().allMatch(Optional::isEmpty)) {
                throw new CorruptBitstreamException(file.length, "no chunk is left that decoding could begin with");
            }
            TsrHeader header = new TsrHeader(
                    in.header().model(),
                    new AudioGeometry(samples, form.sampleRate(), form.channels()),
                    in.header().parameters());
            check(header, limits);
            int[] lengths = chunks.stream()
                    .mapToInt(c -> c.map(bytes -> bytes.length).orElse(0))
                    .toArray();
            return new TsrFile(
                    header,
                    TsrLayout.INDEPENDENT,
                    tolerance,
                    chunks,
                    lengths,
                    file.length - Arrays.stream(lengths).sum(),
                    in.hundredths());
        } catch (CorruptBitstreamException | UnsupportedVersionException e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException(e); // never from an array
        }
    }

    private static TsrFile readSingle(byte[] file, TsrLimits limits, Tolerance tolerance)
            throws CorruptBitstreamException {
        int end = file.length - CHECKSUM_BYTES;
        int stored = ((file[end] & 0xFF) << 8) | (file[end + 1] & 0xFF);
        if (Crc16.of(file, end) != stored) {
            throw new CorruptBitstreamException(end, "the checksum does not fit: the file is damaged or cut short");
        }
        HeaderReader in = new HeaderReader(file, end);
        TsrHeader header = HeaderCoding.read(in);
        check(header, limits);
        byte[] payload = Arrays.copyOfRange(file, in.position(), end);
        return new TsrFile(
                header,
                TsrLayout.SINGLE,
                tolerance,
                List.of(Optional.of(payload)),
                new int[] {payload.length},
                file.length - payload.length,
                0);
    }

    private static TsrFile readChunks(byte[] file, TsrLayout layout, TsrLimits limits, Tolerance tolerance)
            throws CorruptBitstreamException {
        HeaderReader in = new HeaderReader(file, file.length);
        TsrHeader header = HeaderCoding.read(in);
        ChunkTable table = ChunkTable.read(in, file, layout);
        check(header, limits);
        long declared = table.start() + table.bodyBytes();
        if (file.length > declared || tolerance == Tolerance.NONE && file.length < declared) {
            throw new CorruptBitstreamException(
                    file.length, "the file has " + file.length + " bytes, its header says " + declared);
        }
        List<Optional<byte[]>> chunks =
                find(file, table, tolerance == Tolerance.CONCEAL && layout == TsrLayout.INDEPENDENT);
        TsrFile read = new TsrFile(
                header,
                layout,
                tolerance,
                chunks,
                table.lengths(),
                table.start() + chunks.size() * layout.checksumBytes(),
                0);
        int[] missing = read.missingChunks();
        if (missing.length > 0 && tolerance == Tolerance.NONE) {
            throw new CorruptBitstreamException(
                    table.start(),
                    "chunk " + missing[0] + " of " + chunks.size() + " is damaged: its checksum does not fit");
        }
        boolean nothing = layout == TsrLayout.PROGRESSIVE ? read.wholePrefix() == 0 : missing.length == chunks.size();
        if (nothing) {
            throw new CorruptBitstreamException(
                    table.start(), "no chunk of " + chunks.size() + " is left that decoding could begin with");
        }
        return read;
    }

    /**
     * The chunks that are whole, from the first on: to the first gap, or with {@code all} also behind gaps. A file that
     * is shorter than it should be may have lost its end or chunks in the middle; so behind a gap the next chunk is
     * looked for where it would be if the chunks of the gap were damaged, and where it would be if they were gone.
     */
    private static List<Optional<byte[]>> find(byte[] file, ChunkTable table, boolean all) {
        List<Optional<byte[]>> chunks = new ArrayList<>();
        boolean shorter = file.length < table.start() + table.bodyBytes();
        long damagedAt = table.start();
        long goneAt = table.start();
        boolean ended = false;
        for (int i = 0; i < table.lengths().length; i++) {
            long at = damagedAt;
            boolean whole = !ended && table.isWhole(file, at, i);
            if (!whole && all && shorter) {
                at = goneAt;
                whole = table.isWhole(file, at, i);
            }
            if (whole) {
                chunks.add(Optional.of(Arrays.copyOfRange(file, (int) at, (int) at + table.lengths()[i])));
                damagedAt = at + table.bytes(i);
                goneAt = damagedAt;
            } else {
                chunks.add(Optional.empty());
                damagedAt += table.bytes(i);
                ended = !all;
            }
        }
        return chunks;
    }

    private static void check(TsrHeader header, TsrLimits limits) throws CorruptBitstreamException {
        Optional<String> objection = limits.objection(header.geometry());
        if (objection.isPresent()) {
            throw new CorruptBitstreamException(HeaderCoding.GEOMETRY_OFFSET, objection.get());
        }
    }

    private static byte[] single(List<byte[]> chunks) {
        if (chunks.size() != 1) {
            throw new IllegalArgumentException("there are " + chunks.size() + " chunks, the single layout has 1");
        }
        return chunks.getFirst();
    }

    @Override
    public String toString() {
        return "TsrFile[" + header + ", " + layout + ", "
                + Arrays.stream(chunkBytes).sum() + " bytes of payload in " + chunks.size() + " chunks]";
    }
}
