package dev.tessera.samples.bench;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RangeEncoder;
import dev.tessera.codecs.rans.FrequencyTable;
import dev.tessera.codecs.rans.RansDecoder;
import dev.tessera.codecs.rans.RansEncoder;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * rANS and range coding with one static table: symbols per second, skewed symbols; -Dtessera.kernels chooses the loop.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class RansBenchmark {
    private static final int SYMBOLS = 1 << 18;

    @Param({"256", "1024"})
    private int alphabetSize;

    private final int[] decoded = new int[SYMBOLS];
    private int[] symbols;
    private FrequencyTable table;
    private RansEncoder encoder;
    private RansDecoder decoder;
    private byte[] stream;
    private byte[] rangeStream;

    @Setup
    public void draw() {
        SplittableRandom random = new SplittableRandom(1);
        symbols = random.doubles(SYMBOLS)
                .mapToInt(u -> (int) (alphabetSize * u * u * u))
                .toArray();
        long[] counts = new long[alphabetSize];
        for (int symbol : symbols) {
            counts[symbol]++;
        }
        table = FrequencyTable.fromCounts(counts, alphabetSize > 256 ? 14 : 12);
        encoder = new RansEncoder(table);
        decoder = new RansDecoder(table);
        stream = encode();
        rangeStream = encodeRange();
    }

    @Benchmark
    @OperationsPerInvocation(SYMBOLS)
    public byte[] encode() {
        return encoder.encode(symbols);
    }

    @Benchmark
    @OperationsPerInvocation(SYMBOLS)
    public int[] decode() throws CorruptBitstreamException {
        decoder.decode(stream, 0, stream.length, decoded, 0, SYMBOLS);
        return decoded;
    }

    @Benchmark
    @OperationsPerInvocation(SYMBOLS)
    public byte[] encodeRange() {
        RangeEncoder range = new RangeEncoder();
        for (int symbol : symbols) {
            table.encode(range, symbol);
        }
        return range.finish();
    }

    @Benchmark
    @OperationsPerInvocation(SYMBOLS)
    public int[] decodeRange() {
        RangeDecoder range = new RangeDecoder(rangeStream);
        for (int i = 0; i < SYMBOLS; i++) {
            decoded[i] = table.decode(range);
        }
        return decoded;
    }
}
