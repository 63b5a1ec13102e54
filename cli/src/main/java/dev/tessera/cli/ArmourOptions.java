package dev.tessera.cli;

import dev.tessera.codecs.armour.ArmourReport;
import dev.tessera.codecs.armour.DnaArmour;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** What a stream is wrapped in for a medium that damages it. */
final class ArmourOptions {
    @Option(
            names = "--armour",
            paramLabel = "A",
            description = "Write the stream for a hostile medium: ${COMPLETION-CANDIDATES} (default:"
                    + " ${DEFAULT-VALUE}). dna: strands of 150 bases as FASTA text, suffix .dna, one substitution a"
                    + " strand corrected. --size, --bpp and --kbps mean the bytes of the .tsr stream inside.")
    private Armour armour = Armour.none;

    /** Armours that this build writes. */
    enum Armour {
        none,
        dna
    }

    /** Says that what is written piece by piece has no armour. */
    void refuse(String what) {
        if (armour != Armour.none) {
            throw new UsageException("--armour is for whole files, not for " + what);
        }
    }

    /** The suffix of an output that is not named. */
    String suffix() {
        return switch (armour) {
            case none -> ".tsr";
            case dna -> ".dna";
        };
    }

    /**
     * The stream in its armour, or as it is when none is wanted.
     *
     * @param report gets what the armour costs; the rates in it stay those of the stream
     */
    byte[] of(byte[] stream, boolean verify, Map<String, Object> report) throws IOException {
        if (armour == Armour.none) {
            return stream;
        }
        byte[] text = DnaArmour.write(stream);
        int strands = DnaArmour.segments(stream.length);
        int bases = strands * DnaArmour.STRAND_BASES;
        report.put("armour", armour.name());
        report.put("armour_bytes", text.length);
        report.put("strands", strands);
        report.put("bases", bases);
        report.put("bits_per_base", 8.0 * stream.length / bases);
        if (verify && !Arrays.equals(stream, DnaArmour.read(text).data())) {
            throw new IOException("verification failed: the armour does not read back to the stream");
        }
        return text;
    }

    /**
     * The stream of a file that may be armoured.
     *
     * @param report gets what was corrected and what was refused
     * @param say takes the same as a line for people, when there is something to tell
     */
    static byte[] remove(byte[] file, Map<String, Object> report, Consumer<String> say) throws IOException {
        if (MediaType.of(file) != MediaType.DNA) {
            return file;
        }
        DnaArmour.Contents contents = DnaArmour.read(file);
        ArmourReport read = contents.report();
        report.put("armour", Armour.dna.name());
        report.put("armour_bytes", file.length);
        report.put("bytes", contents.data().length);
        report.put("strands", read.strands());
        report.put("segments", read.segments());
        report.put("corrected_substitutions", read.correctedSubstitutions());
        report.put("duplicate_strands", read.duplicateStrands());
        report.put(
                "refused_strands",
                read.refusedStrands().stream().map(r -> r.strand()).toList());
        if (read.correctedSubstitutions() > 0) {
            say.accept("corrected " + read.correctedSubstitutions() + " substitutions");
        }
        read.refusedStrands().forEach(refused -> say.accept("refused " + refused + "; a copy was read"));
        return contents.data();
    }
}
