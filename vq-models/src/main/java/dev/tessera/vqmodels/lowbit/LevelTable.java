package dev.tessera.vqmodels.lowbit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The values that codes of a scalar format stand for before scaling, and the search for the nearest one. */
final class LevelTable {
    /** QLoRA (Dettmers et al. 2023), appendix E, as floats: quantiles of the normal distribution, 0 among them. */
    private static final float[] NORMAL_FLOAT_4 = {
        -1.0f,
        -0.6961928f,
        -0.52507305f,
        -0.3949175f,
        -0.28444138f,
        -0.18477343f,
        -0.091050036f,
        0.0f,
        0.0795803f,
        0.1609302f,
        0.2461123f,
        0.33791524f,
        0.44070983f,
        0.562617f,
        0.72295684f,
        1.0f
    };

    private static final Map<WeightFormat, LevelTable> TABLES = new EnumMap<>(WeightFormat.class);

    static {
        for (WeightFormat format : WeightFormat.values()) {
            if (format.isScalar()) {
                TABLES.put(format, new LevelTable(levels(format)));
            }
        }
    }

    private final float[] levels; // by code; NaN where a code must not occur
    private final int[] codes; // by rising level
    private final double[] middles; // between neighbours of codes

    private LevelTable(float[] levels) {
        this.levels = levels;
        List<Integer> order = new ArrayList<>();
        for (int code = 0; code < levels.length; code++) {
            boolean negativeZero = levels[code] == 0 && 1 / levels[code] < 0;
            if (!Float.isNaN(levels[code]) && !negativeZero) {
                order.add(code);
            }
        }
        order.sort(Comparator.comparingDouble(code -> levels[code]));
        this.codes = order.stream().mapToInt(Integer::intValue).toArray();
        this.middles = new double[codes.length - 1];
        for (int i = 0; i < middles.length; i++) {
            middles[i] = ((double) levels[codes[i]] + levels[codes[i + 1]]) / 2;
        }
    }

    static LevelTable of(WeightFormat format) {
        LevelTable table = TABLES.get(format);
        if (table == null) {
            throw new IllegalArgumentException("format is " + format + ", must be a scalar one");
        }
        return table;
    }

    private static float[] levels(WeightFormat format) {
        return switch (format) {
            case INT8 -> {
                float[] levels = integers(256, 0);
                for (int code = 128; code < 256; code++) {
                    levels[code] -= 256; // two's complement
                }
                levels[128] = Float.NaN; // -128: products with another -127..127 must stay below 2^14
                yield levels;
            }
            case INT4 -> integers(16, 0);
            case INT3 -> integers(8, 0);
            case INT2 -> integers(4, 0);
            case NF4 -> NORMAL_FLOAT_4;
            case FP4, MXFP4, NVFP4 -> MiniFloat.E2M1.table();
            case FP6 -> MiniFloat.E3M2.table();
            case FP8 -> MiniFloat.E4M3.table();
            case TERNARY -> new float[] {-1, 0, 1, Float.NaN};
            case BINARY -> new float[] {-1, 1};
            case VQ16, PQ, PVQ, PLANES -> throw new IllegalArgumentException(format + " has no scalar levels");
        };
    }

    private static float[] integers(int count, int first) {
        float[] levels = new float[count];
        for (int code = 0; code < count; code++) {
            levels[code] = first + code;
        }
        return levels;
    }

    /** Number of codes, unused ones included. */
    int size() {
        return levels.length;
    }

    /** The level of {@code code}, NaN for a code that must not occur. */
    float level(int code) {
        return levels[code];
    }

    /** The code of the level nearest to {@code value}; half way the even code. O(log codes). */
    int nearest(double value) {
        int low = 0;
        int high = middles.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (middles[middle] < value) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        boolean tie = low < middles.length && middles[low] == value;
        return tie && (codes[low] & 1) == 1 ? codes[low + 1] : codes[low];
    }
}
