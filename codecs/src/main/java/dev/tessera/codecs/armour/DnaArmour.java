package dev.tessera.codecs.armour;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.UnsupportedVersionException;
import dev.tessera.codecs.armour.ArmourReport.RefusedStrand;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Bytes as strands of DNA and back (docs/formats/dna.md). Every strand has {@value #STRAND_BASES} bases, no run of equal
 * bases longer than three, and between 40 % and 60 % G+C in every 50 consecutive bases, whatever the bytes are. On every
 * strand one substituted base is corrected and two are always found; strands may come in any order and more than once.
 *
 * <p>A strand carries {@value #STRAND_BYTES} bytes, so long streams have 8 * 31 / 150 = 1.653 bits per base net, less five
 * bytes a stream. The constraints are kept by enumeration in the manner of LOCO codes; where those codes find room for
 * correction by leaving out strands, a linear code over GF(4) of distance 4 is laid over the bases here, whose parity bases
 * the enumeration leaves room for.
 *
 * <p>Stateless; all methods are safe for many threads. A strand takes 10 to 15 microseconds each way.
 */
public final class DnaArmour {
    /** The version that this build writes and reads. */
    public static final int FORMAT_VERSION = 0;

    /** Bases of every strand. */
    public static final int STRAND_BASES = DnaSegment.BASES;

    /** Bytes that a strand carries. */
    public static final int STRAND_BYTES = DnaSegment.PAYLOAD_BYTES;

    private static final int CHECKSUM_BYTES = 4;
    private static final byte END_MARK = 1;

    /** Bytes of the longest stream, 130 MB. */
    public static final int MAX_BYTES = DnaSegment.MAX_SEGMENTS * STRAND_BYTES - CHECKSUM_BYTES - 1;

    private static final int NAMED_AT_MOST = 3;
    private static final int RECOGNISED_BY = 16;

    private DnaArmour() {}

    /**
     * What was read.
     *
     * @param data the stream, exactly as it was armoured
     */
    public record Contents(byte[] data, ArmourReport report) {}

    /**
     * The strands of {@code data}, first segment first.
     *
     * @param data at most {@link #MAX_BYTES} bytes
     */
    public static List<String> encode(byte[] data) {
        int segments = segments(data.length);
        byte[] framed = ByteBuffer.allocate(segments * STRAND_BYTES)
                .put(data)
                .putInt(checksum(data))
                .put(END_MARK)
                .array();
        List<String> strands = new ArrayList<>(segments);
        for (int i = 0; i < segments; i++) {
            byte[] payload = Arrays.copyOfRange(framed, i * STRAND_BYTES, (i + 1) * STRAND_BYTES);
            strands.add(new DnaSegment(FORMAT_VERSION, i, i == segments - 1, payload).toLetters());
        }
        return strands;
    }

    /** How many strands a stream of {@code bytes} bytes takes. */
    public static int segments(int bytes) {
        if (bytes < 0 || bytes > MAX_BYTES) {
            throw new IllegalArgumentException("data has " + bytes + " bytes, must have 0 to " + MAX_BYTES);
        }
        return (bytes + CHECKSUM_BYTES) / STRAND_BYTES + 1;
    }

    /** The strands of {@code data} as FASTA text. */
    public static byte[] write(byte[] data) {
        return Strand.format(encode(data));
    }

    /** Whether a file starts like a text that {@link #read} takes: with a header line, or with bases, one perhaps unreadable. */
    public static boolean isArmoured(byte[] file) {
        if (file.length < STRAND_BASES) {
            return false;
        }
        int bases = 0;
        for (int i = 0; i < RECOGNISED_BY; i++) {
            bases += Base.of((char) (file[i] & 0xFF)) == Base.UNREADABLE ? 0 : 1;
        }
        return file[0] == '>' || bases >= RECOGNISED_BY - 1;
    }

    /**
     * Reads FASTA text: header lines are ignored, the lines between them joined; without any header line, every line is a
     * strand.
     *
     * @throws CorruptBitstreamException when no whole stream can be read: a segment is missing or contradicted, or the
     *     checksum of the stream does not fit
     * @throws UnsupportedVersionException when all strands that can be read are of another version than
     *     {@value #FORMAT_VERSION}
     */
    public static Contents read(byte[] text) throws CorruptBitstreamException, UnsupportedVersionException {
        return join(Strand.parse(text), text.length);
    }

    /**
     * Reads strands in any order, as {@link #read} does; offsets in messages count as if every strand were a line.
     *
     * @throws CorruptBitstreamException when no whole stream can be read
     * @throws UnsupportedVersionException when all strands that can be read are of another version than
     *     {@value #FORMAT_VERSION}
     */
    public static Contents decode(List<String> strands) throws CorruptBitstreamException, UnsupportedVersionException {
        List<Strand> numbered = new ArrayList<>(strands.size());
        long offset = 0;
        for (String letters : strands) {
            numbered.add(new Strand(numbered.size() + 1, offset, letters));
            offset += letters.length() + 1;
        }
        return join(numbered, offset);
    }

    private static Contents join(List<Strand> strands, long end)
            throws CorruptBitstreamException, UnsupportedVersionException {
        Map<Integer, DnaSegment> segments = new HashMap<>();
        List<RefusedStrand> refused = new ArrayList<>();
        int corrected = 0;
        int duplicates = 0;
        int otherVersion = FORMAT_VERSION;
        for (Strand strand : strands) {
            switch (DnaSegment.read(strand.letters())) {
                case DnaSegment.Reading.Refused(String reason) ->
                    refused.add(new RefusedStrand(strand.number(), reason));
                case DnaSegment.Reading.Read(DnaSegment segment, int _)
                when segment.version() != FORMAT_VERSION -> {
                    otherVersion = segment.version();
                    refused.add(new RefusedStrand(strand.number(), "format version " + otherVersion));
                }
                case DnaSegment.Reading.Read(DnaSegment segment, int wrong) -> {
                    corrected += wrong;
                    DnaSegment earlier = segments.putIfAbsent(segment.index(), segment);
                    duplicates += earlier == null ? 0 : 1;
                    checkAlike(earlier, segment, strand);
                }
            }
        }
        if (segments.isEmpty() && otherVersion != FORMAT_VERSION) {
            throw new UnsupportedVersionException(otherVersion, FORMAT_VERSION, FORMAT_VERSION);
        }
        checkComplete(segments, refused, end);
        byte[] data = unframe(segments, refused, end);
        return new Contents(
                data, new ArmourReport(strands.size(), segments.size(), corrected, duplicates, List.copyOf(refused)));
    }

    private static void checkAlike(DnaSegment earlier, DnaSegment segment, Strand strand)
            throws CorruptBitstreamException {
        if (earlier != null
                && (earlier.last() != segment.last() || !Arrays.equals(earlier.payload(), segment.payload()))) {
            throw new CorruptBitstreamException(
                    strand.offset(),
                    "strand " + strand.number() + " contradicts an earlier strand of segment " + segment.index());
        }
    }

    /** Every index from 0 to that of the last segment must be there, and none beyond. */
    private static void checkComplete(Map<Integer, DnaSegment> segments, List<RefusedStrand> refused, long end)
            throws CorruptBitstreamException {
        int[] last = segments.values().stream()
                .filter(DnaSegment::last)
                .mapToInt(DnaSegment::index)
                .toArray();
        if (last.length > 1) {
            throw new CorruptBitstreamException(
                    end, "segments " + last[0] + " and " + last[1] + " both claim to be the last");
        }
        int highest = segments.keySet().stream().mapToInt(i -> i).max().orElse(-1);
        if (last.length == 1 && highest > last[0]) {
            throw new CorruptBitstreamException(
                    end, "segment " + highest + " stands behind segment " + last[0] + ", which claims to be the last");
        }
        List<String> missing = new ArrayList<>();
        for (int i = 0; i <= highest && missing.size() <= NAMED_AT_MOST; i++) {
            if (!segments.containsKey(i)) {
                missing.add(Integer.toString(i));
            }
        }
        if (last.length == 0) {
            missing.add("the last one");
        }
        if (!missing.isEmpty()) {
            int count = highest + 1 - segments.size() + (last.length == 0 ? 1 : 0);
            throw new CorruptBitstreamException(end, "missing " + some("segment", missing, count) + reasons(refused));
        }
    }

    private static byte[] unframe(Map<Integer, DnaSegment> segments, List<RefusedStrand> refused, long end)
            throws CorruptBitstreamException {
        byte[] framed = new byte[segments.size() * STRAND_BYTES];
        for (DnaSegment segment : segments.values()) {
            System.arraycopy(segment.payload(), 0, framed, segment.index() * STRAND_BYTES, STRAND_BYTES);
        }
        int mark = framed.length - 1;
        while (mark > framed.length - STRAND_BYTES && framed[mark] == 0) {
            mark--;
        }
        if (framed[mark] != END_MARK || mark < CHECKSUM_BYTES) {
            throw new CorruptBitstreamException(
                    end, "segment " + (segments.size() - 1) + " has no end mark" + reasons(refused));
        }
        byte[] data = Arrays.copyOf(framed, mark - CHECKSUM_BYTES);
        int stored = ByteBuffer.wrap(framed).getInt(data.length);
        if (checksum(data) != stored) {
            throw new CorruptBitstreamException(
                    end, "the checksum over all " + segments.size() + " segments does not fit" + reasons(refused));
        }
        return data;
    }

    private static String reasons(List<RefusedStrand> refused) {
        return refused.isEmpty()
                ? ""
                : "; refused "
                        + some(
                                "strand",
                                refused.stream()
                                        .map(r -> r.strand() + " (" + r.reason() + ")")
                                        .toList(),
                                refused.size());
    }

    /** {@code segments 3, 7, 9 and 12 more}. */
    private static String some(String what, List<String> names, int count) {
        List<String> named = names.subList(0, Math.min(names.size(), NAMED_AT_MOST));
        String more = count > named.size() ? " and " + (count - named.size()) + " more" : "";
        return what + (count == 1 ? " " : "s ") + String.join(", ", named) + more;
    }

    private static int checksum(byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        return (int) crc.getValue();
    }
}
