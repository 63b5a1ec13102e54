package dev.tessera.codebook;

import java.util.Collections;
import java.util.NavigableSet;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Counts the use of one codebook apart for each slice of the data: a class label, a file, a stage of equal K.
 *
 * <p>Not for several threads at once: as with {@link UsageCounter}, one for each thread, then {@link #merge}. Slices
 * are listed in the natural order of their names.
 */
public final class UsageBySlice {
    private final int codebookSize;
    private final TreeMap<String, UsageCounter> counters = new TreeMap<>();

    /** @param codebookSize K of every slice, at least 1 */
    public UsageBySlice(int codebookSize) {
        if (codebookSize < 1) {
            throw new IllegalArgumentException("codebookSize is " + codebookSize + ", must be at least 1");
        }
        this.codebookSize = codebookSize;
    }

    /** Counts one index in [0, K) for {@code slice}. */
    public void add(String slice, int index) {
        if (index < 0 || index >= codebookSize) {
            throw new IllegalArgumentException("index is " + index + ", must be in [0, " + codebookSize + ")");
        }
        counterOf(slice).add(index);
    }

    /** Counts one stage of {@code tokens} for {@code slice}; its K must be that of the slices. */
    public void add(String slice, Tokens tokens, int stage) {
        if (tokens.codebookSize(stage) != codebookSize) {
            throw new IllegalArgumentException(
                    "stage " + stage + " has K = " + tokens.codebookSize(stage) + ", must be " + codebookSize);
        }
        counterOf(slice).add(tokens, stage);
    }

    /** Adds what {@code other} counted, slice by slice; both must have the same K. */
    public void merge(UsageBySlice other) {
        if (other.codebookSize != codebookSize) {
            throw new IllegalArgumentException(
                    "the other slices have K = " + other.codebookSize + ", must be " + codebookSize);
        }
        other.counters.forEach((slice, counter) -> counterOf(slice).merge(counter));
    }

    /** K. */
    public int codebookSize() {
        return codebookSize;
    }

    /** Names of the slices, ascending. */
    public NavigableSet<String> slices() {
        return Collections.unmodifiableNavigableSet(counters.navigableKeySet());
    }

    /** A copy of the counter of {@code slice}. */
    public UsageCounter counter(String slice) {
        UsageCounter counter = counters.get(slice);
        if (counter == null) {
            throw new IllegalArgumentException("slice is " + slice + ", must be one of " + counters.keySet());
        }
        UsageCounter copy = new UsageCounter(codebookSize);
        copy.merge(counter);
        return copy;
    }

    /** The statistics of each slice. */
    public SortedMap<String, CodebookUsage> usages() {
        SortedMap<String, CodebookUsage> usages = new TreeMap<>();
        counters.forEach((slice, counter) -> usages.put(slice, counter.usage()));
        return usages;
    }

    /** The counter of everything; its ages are those of the slices one after another. */
    public UsageCounter total() {
        UsageCounter total = new UsageCounter(codebookSize);
        counters.values().forEach(total::merge);
        return total;
    }

    private UsageCounter counterOf(String slice) {
        return counters.computeIfAbsent(slice, name -> new UsageCounter(codebookSize));
    }
}
