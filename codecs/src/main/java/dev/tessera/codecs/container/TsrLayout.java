package dev.tessera.codecs.container;

import java.util.Arrays;
import java.util.Optional;

/** How the payload of a {@code .tsr} file is divided. */
public enum TsrLayout {
    /** One chunk to the end of the file: the smallest file. */
    SINGLE(0, 2),
    /** Each chunk goes on in the state of the coder behind the chunk before: any first chunks are a coarser whole. */
    PROGRESSIVE(1, 2),
    /**
     * Each chunk starts in the state that the model shipped with: chunks decode in any order, and without the others.
     */
    INDEPENDENT(2, 4);

    /** What files say that were written chunk by chunk, {@link TsrStreamWriter}. */
    static final int STREAM_CODE = 3;

    private final int code;
    private final int checksumBytes;

    TsrLayout(int code, int checksumBytes) {
        this.code = code;
        this.checksumBytes = checksumBytes;
    }

    int code() {
        return code;
    }

    /** Size of the checksum behind each chunk: a CRC-16 or a CRC-32C. */
    int checksumBytes() {
        return checksumBytes;
    }

    /** The layout of a code; {@value #STREAM_CODE} is that of a stream, whose chunks are independent. */
    static Optional<TsrLayout> ofCode(int code) {
        if (code == STREAM_CODE) {
            return Optional.of(INDEPENDENT);
        }
        return Arrays.stream(values()).filter(layout -> layout.code == code).findFirst();
    }
}
