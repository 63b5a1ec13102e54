package dev.tessera.training;

import dev.tessera.codebook.implicit.FiniteScalarQuantizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Makes the bottleneck that a recipe names. */
final class Bottlenecks {
    /** What {@code --quantizer} and a recipe may name. */
    static final List<String> NAMES = List.of(
            "vq",
            "spherical",
            "rotation",
            "ema",
            "entropy",
            "simvq",
            "vqganlc",
            "gumbel",
            "fsq",
            "lfq",
            "bsq",
            "rvq",
            "split",
            "factorized",
            "open-fsq");

    private static final String PREFIX = "quantizer";
    private static final double DECAY = 0.99;
    private static final double ENTROPY_WEIGHT = 0.1;
    private static final double LC_COMMITMENT = 0.33; // Zhu et al. 2024b
    private static final int FACTORIZED_DIM = 8; // Kumar et al. 2023

    private Bottlenecks() {}

    /**
     * The bottleneck of {@code recipe}.
     *
     * @throws IllegalArgumentException when there is none of that name, or its settings do not fit
     */
    static Bottleneck of(Recipe recipe, ParameterStore store, SplittableRandom random) {
        int dim = recipe.integer("dim", 1, 4096);
        if (recipe.string("quantizer").equals("open-fsq")) {
            if (!recipe.has("prior-width")) {
                throw new IllegalArgumentException("the quantizer is 'open-fsq', which the recipe " + recipe.name()
                        + " has no entries for; image-open has");
            }
            int width = recipe.integer("prior-width", 1, 4096);
            return new OpenBottleneck(PREFIX, dim, width, OpenBottleneck.Rates.of(recipe), store, random);
        }
        int codes = recipe.integer("codes", 2, 1 << 20);
        VectorBottleneck.Options options = VectorBottleneck.Options.plain()
                .weights(1, recipe.number("commitment", 0, 1000), 0)
                .against(recipe.integer("revive-after", 0, 1_000_000), recipe.flag("start-from-data"));
        return switch (recipe.string("quantizer")) {
            case "vq" -> vector(codes, dim, options, store, random);
            case "spherical" -> vector(codes, dim, options.with(VectorBottleneck.Similarity.UNIT), store, random);
            case "rotation" -> vector(codes, dim, options.with(VectorBottleneck.Estimator.ROTATION), store, random);
            case "entropy" ->
                vector(codes, dim, options.weights(1, options.commitmentWeight(), ENTROPY_WEIGHT), store, random);
            case "ema" ->
                new VectorBottleneck(
                        PREFIX,
                        new CodeTable.MovingAverage(PREFIX, codes, dim, DECAY, store, random),
                        options.weights(0, options.commitmentWeight(), 0),
                        store);
            case "simvq" ->
                new VectorBottleneck(
                        PREFIX, new CodeTable.Linear(PREFIX, codes, dim, false, store, random), options, store);
            case "vqganlc" ->
                new VectorBottleneck(
                        PREFIX,
                        new CodeTable.Linear(PREFIX, codes, dim, true, store, random),
                        options.weights(1, LC_COMMITMENT, 0).against(0, true),
                        store);
            case "gumbel" ->
                new GumbelBottleneck(new CodeTable.Learned(PREFIX, codes, dim, store, random), options.startFromData());
            case "fsq" -> new FsqBottleneck(levels(recipe, codes));
            case "lfq" -> new SignBottleneck(bits(codes), SignBottleneck.Options.lookupFree());
            case "bsq" -> new SignBottleneck(bits(codes), SignBottleneck.Options.spherical());
            case "rvq" -> residual(recipe, options, store, random);
            case "split" -> {
                int semantic = recipe.integer("semantic-dim", 1, 4096);
                String name = PREFIX + ".semantic";
                yield new SplitBottleneck(
                        new VectorBottleneck(
                                name,
                                new CodeTable.MovingAverage(name, codes, semantic, DECAY, store, random),
                                options.weights(0, 0, 0),
                                store),
                        residual(recipe, options, store, random));
            }
            case "factorized" ->
                new FactorizedBottleneck(
                        PREFIX,
                        dim,
                        vector(
                                codes,
                                Math.min(FACTORIZED_DIM, dim),
                                options.with(VectorBottleneck.Similarity.COSINE),
                                store,
                                random),
                        store,
                        random);
            default ->
                throw new IllegalArgumentException(
                        "the quantizer is '" + recipe.string("quantizer") + "', must be one of " + NAMES);
        };
    }

    private static ResidualBottleneck residual(
            Recipe recipe, VectorBottleneck.Options options, ParameterStore store, SplittableRandom random) {
        List<VectorBottleneck> stages = new ArrayList<>();
        int count = recipe.integer("stages", 1, 64);
        int codes = recipe.integer("codes", 2, 1 << 20);
        int dim = recipe.integer("dim", 1, 4096);
        for (int s = 0; s < count; s++) {
            String name = PREFIX + "." + s;
            stages.add(new VectorBottleneck(
                    name,
                    new CodeTable.MovingAverage(name, codes, dim, DECAY, store, random),
                    options.weights(0, options.commitmentWeight(), 0),
                    store));
        }
        return new ResidualBottleneck(stages, recipe.number("dropout", 0, 1));
    }

    private static VectorBottleneck vector(
            int codes, int dim, VectorBottleneck.Options options, ParameterStore store, SplittableRandom random) {
        return new VectorBottleneck(PREFIX, new CodeTable.Learned(PREFIX, codes, dim, store, random), options, store);
    }

    private static int[] levels(Recipe recipe, int codes) {
        String levels = recipe.string("levels");
        if (levels.equals("auto")) {
            return FiniteScalarQuantizer.levelsFor(codes);
        }
        try {
            return Arrays.stream(levels.split(","))
                    .map(String::strip)
                    .mapToInt(Integer::parseInt)
                    .toArray();
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("the recipe's levels are '" + levels + "', must be auto or 8,5,5,5", e);
        }
    }

    /** The next size down that is a power of two. */
    private static int bits(int codes) {
        return 31 - Integer.numberOfLeadingZeros(codes);
    }
}
