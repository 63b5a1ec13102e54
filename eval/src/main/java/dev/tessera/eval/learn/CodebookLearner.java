package dev.tessera.eval.learn;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * A learner of plain codebooks that is found at run time ({@link ServiceLoader}), so that nothing is compiled against it.
 * Module {@code eval-gpl} has some that stand on a GPL library; a build with the Maven profile {@code no-gpl} has none.
 */
public interface CodebookLearner {
    /** What the learner is called on the command line, for instance {@code som}. */
    String name();

    /**
     * Learns a codebook. The same vectors and settings give the same codebook on one machine.
     *
     * @param vectors {@code [count x dim]}, at least one
     * @param codes K, at least 2; the codebook is smaller when there are fewer distinct vectors, for learners that start
     *     from vectors
     * @param epochs how often every vector is shown, at least 1
     * @param seed of everything random
     * @throws IllegalArgumentException when a value is out of range, or epochs x vectors exceeds an int
     */
    Codebook fit(Latents vectors, int codes, int epochs, long seed);

    /** The learner of that name, when this build has it. */
    static Optional<CodebookLearner> named(String name) {
        return ServiceLoader.load(CodebookLearner.class, CodebookLearner.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .filter(learner -> learner.name().equals(name))
                .findFirst();
    }
}
