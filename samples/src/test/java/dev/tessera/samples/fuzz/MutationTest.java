package dev.tessera.samples.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.CorruptBitstreamException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MutationTest {
    private static final int MUTATIONS = 50;

    /** The run by hand is the same with more mutations ({@code samples/bench/mutations.sh}). */
    @Test
    void everyReaderReadsOrRefuses(@TempDir Path work) throws Exception {
        for (Target target : Targets.all(work)) {
            MutationMain.Outcome outcome = MutationMain.run(target, MUTATIONS, 7);
            assertEquals(List.of(), outcome.failures(), outcome.name());
            boolean checked = !target.name().contains("payload"); // any bits are tokens
            assertEquals(checked, outcome.refused() > 0, outcome.name() + " refused " + outcome.refused());
        }
    }

    @Test
    void whatAReaderDoesWrongIsFound() {
        List<byte[]> stream = List.of(new byte[100]);
        Target crash = new Target("crash", stream, bytes -> {
            if (bytes.length != 100) {
                throw new IllegalArgumentException("length");
            }
        });
        assertTrue(MutationMain.run(crash, 50, 1).failures().getFirst().contains("IllegalArgumentException"));
        Target memory = new Target("memory", stream, bytes -> {
            for (int i = 0; bytes[0] != 0 && i < 30; i++) {
                assertEquals(10_000_000, new byte[10_000_000].length);
            }
        });
        assertTrue(MutationMain.run(memory, 50, 1).failures().getFirst().contains("bytes: "));
        Target never = new Target("never", stream, bytes -> {
            throw new CorruptBitstreamException(0, "a whole stream is refused");
        });
        assertEquals(1, MutationMain.run(never, 50, 1).failures().size());
    }
}
