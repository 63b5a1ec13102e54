package dev.tessera.cli;

import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.Tokens;
import dev.tessera.codebook.implicit.FiniteScalarQuantizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Two tokenizers of equal codebooks on the same files: quality, time, and how many tokens are equal. */
final class SubjectComparison {
    private final Subject before;
    private final Subject after;
    private final Optional<FiniteScalarQuantizer> digits; // where an index is made of the digits of dimensions
    private final List<Subject.Trial> trialsBefore = new ArrayList<>();
    private final List<Subject.Trial> trialsAfter = new ArrayList<>();
    private final long[] equal; // a stage
    private final long[] equalDigits; // a dimension
    private long positions;

    SubjectComparison(Subject before, Subject after) {
        this.before = before;
        this.after = after;
        Quantizer quantizer = before.quantizer();
        this.digits = quantizer instanceof FiniteScalarQuantizer fsq && fsq.stages() == 1
                ? Optional.of(fsq)
                : Optional.empty();
        this.equal = new long[quantizer.stages()];
        this.equalDigits = new long[digits.isPresent() ? quantizer.dim() : 0];
    }

    /** Tries both on {@code input}; the fields of its report. */
    Map<String, Object> add(Input input) throws IOException {
        if (trialsBefore.isEmpty()) {
            before.tryOut(input); // while the JVM warms up no time is taken
        }
        Subject.Trial a = before.tryOut(input);
        Subject.Trial b = after.tryOut(input);
        trialsBefore.add(a);
        trialsAfter.add(b);
        long[] same = count(a.tokens(), b.tokens());
        positions += a.tokens().positions();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("before", figures(List.of(a)));
        fields.put("after", figures(List.of(b)));
        List<Double> shares = new ArrayList<>();
        for (int stage = 0; stage < equal.length; stage++) {
            equal[stage] += same[stage];
            shares.add((double) same[stage] / a.tokens().positions());
        }
        fields.put("equal_tokens", shares);
        return fields;
    }

    private long[] count(Tokens a, Tokens b) {
        long[] same = new long[equal.length];
        for (int position = 0; position < a.positions(); position++) {
            for (int stage = 0; stage < same.length; stage++) {
                int left = a.index(stage, position);
                int right = b.index(stage, position);
                same[stage] += left == right ? 1 : 0;
                if (digits.isPresent()) {
                    int[] leftDigits = digits.get().radix().split(left);
                    int[] rightDigits = digits.get().radix().split(right);
                    for (int d = 0; d < equalDigits.length; d++) {
                        equalDigits[d] += leftDigits[d] == rightDigits[d] ? 1 : 0;
                    }
                }
            }
        }
        return same;
    }

    /** Files that were tried. */
    int items() {
        return trialsBefore.size();
    }

    /** Positions of all token grids. */
    long positions() {
        return positions;
    }

    /** Means over the files. */
    Map<String, Object> before() {
        return figures(trialsBefore);
    }

    /** Means over the files. */
    Map<String, Object> after() {
        return figures(trialsAfter);
    }

    /** Shares of a stage, over all positions. */
    List<Double> equalTokens() {
        return shares(equal);
    }

    /** Shares of a dimension of FSQ; empty for other quantizers. */
    List<Double> equalDigits() {
        return shares(equalDigits);
    }

    private List<Double> shares(long[] counts) {
        List<Double> shares = new ArrayList<>();
        for (long count : counts) {
            shares.add((double) count / positions);
        }
        return shares;
    }

    private static Map<String, Object> figures(List<Subject.Trial> trials) {
        Map<String, Object> figures = new LinkedHashMap<>();
        for (String name : trials.getFirst().quality().keySet()) {
            List<Double> values = new ArrayList<>();
            trials.forEach(trial -> values.add(trial.quality().get(name)));
            boolean all = values.stream().allMatch(value -> value != null);
            figures.put(
                    name, all ? values.stream().mapToDouble(v -> v).average().orElseThrow() : null);
        }
        figures.put("encode_seconds", mean(trials, true));
        figures.put("decode_seconds", mean(trials, false));
        return figures;
    }

    private static double mean(List<Subject.Trial> trials, boolean encode) {
        return trials.stream()
                .mapToDouble(trial -> encode ? trial.encodeSeconds() : trial.decodeSeconds())
                .average()
                .orElseThrow();
    }
}
