package dev.tessera.samples.bench;

import dev.tessera.codecs.AdaptiveSymbolModel;
import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RangeEncoder;
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

/** Range coding with an adaptive order-0 model: symbols per second, skewed symbols. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class RangeCoderBenchmark {
    private static final int SYMBOLS = 20_000;

    @Param({"256", "1024"})
    private int alphabetSize;

    private int[] symbols;
    private byte[] stream;

    @Setup
    public void draw() {
        SplittableRandom random = new SplittableRandom(1);
        symbols = random.doubles(SYMBOLS)
                .mapToInt(u -> (int) (alphabetSize * u * u * u))
                .toArray();
        stream = encode();
    }

    @Benchmark
    @OperationsPerInvocation(SYMBOLS)
    public byte[] encode() {
        AdaptiveSymbolModel model = new AdaptiveSymbolModel(alphabetSize);
        RangeEncoder encoder = new RangeEncoder();
        for (int symbol : symbols) {
            model.encode(encoder, symbol);
        }
        return encoder.finish();
    }

    @Benchmark
    @OperationsPerInvocation(SYMBOLS)
    public int decode() {
        AdaptiveSymbolModel model = new AdaptiveSymbolModel(alphabetSize);
        RangeDecoder decoder = new RangeDecoder(stream);
        int sum = 0;
        for (int i = 0; i < SYMBOLS; i++) {
            sum += model.decode(decoder);
        }
        return sum;
    }
}
