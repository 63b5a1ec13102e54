package dev.tessera.eval.rd;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A codec of others that may be installed.
 *
 * @param name as it is asked for: its encoder
 * @param versionArguments make the encoder print its version; none when it cannot
 * @param suffix of the coded file
 * @param files how samples go in and come out
 * @param payload counts the bytes that are no container, and refuses files that hold what they must not
 */
record Peer<S extends Medium>(
        String name,
        List<String> versionArguments,
        String suffix,
        ToolLine encode,
        ToolLine decode,
        List<String> settings,
        MediumFiles<S> files,
        Payload payload) {

    /** Bytes of a coded file that are no container. */
    @FunctionalInterface
    interface Payload {
        long bytesOf(byte[] file) throws IOException;
    }

    /** The coder, when both programs are there. */
    Optional<Coder<S>> coder(Duration limit) throws IOException {
        Optional<ExternalTool> encoder = ExternalTool.find(encode.tool());
        Optional<ExternalTool> decoder = ExternalTool.find(decode.tool());
        return encoder.isEmpty() || decoder.isEmpty()
                ? Optional.empty()
                : Optional.of(new ExternalCoder<>(this, encoder.get(), decoder.get(), limit));
    }
}
