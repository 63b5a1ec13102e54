package dev.tessera.image.transform;

import java.io.IOException;
import java.security.MessageDigest;

/** What the codecs of this package make, for a test that compares JVMs. */
public final class TransformDigest {
    private TransformDigest() {}

    /** Hashes files of a picture and of a sequence, and what they decode to. */
    public static void update(MessageDigest digest) throws IOException {
        LinearImageCodecTest.update(digest);
        SequenceCodecTest.update(digest);
    }
}
