package dev.tessera.cli;

import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.Tokens;
import dev.tessera.vqmodels.nn.LayerObserver;
import java.io.IOException;
import java.util.Map;

/** A neural tokenizer that is tried on files of its medium. */
sealed interface Subject permits PictureSubject, SoundSubject {
    /** Lets the networks work on a part of {@code input}, for the sake of {@code observer}. */
    void observe(Input input, LayerObserver observer) throws IOException;

    /** Tokenizes {@code input} and measures what comes back. */
    Trial tryOut(Input input) throws IOException;

    Quantizer quantizer();

    /**
     * What became of one file.
     *
     * @param quality how near it comes back, by name of the metric; a value is null where the file is too small for it
     */
    record Trial(Tokens tokens, Map<String, Double> quality, double encodeSeconds, double decodeSeconds) {}
}
