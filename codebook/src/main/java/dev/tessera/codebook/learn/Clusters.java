package dev.tessera.codebook.learn;

import java.util.Arrays;

/** The rows of each cluster, in order of row (a counting sort by cluster). */
final class Clusters {
    private final int[] begin; // [k + 1]
    private final int[] members; // rows, cluster after cluster

    Clusters(int k, int count) {
        this.begin = new int[k + 1];
        this.members = new int[count];
    }

    /** Takes over an assignment of rows to clusters. */
    void group(int[] indices) {
        Arrays.fill(begin, 0);
        for (int index : indices) {
            begin[index + 1]++;
        }
        for (int j = 1; j < begin.length; j++) {
            begin[j] += begin[j - 1];
        }
        int[] next = Arrays.copyOf(begin, begin.length - 1);
        for (int i = 0; i < indices.length; i++) {
            members[next[indices[i]]++] = i;
        }
    }

    /** Where cluster {@code j} begins in {@link #member}. */
    int begin(int j) {
        return begin[j];
    }

    int end(int j) {
        return begin[j + 1];
    }

    int member(int m) {
        return members[m];
    }
}
