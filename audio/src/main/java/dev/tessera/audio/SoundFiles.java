package dev.tessera.audio;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.container.AudioGeometry;
import dev.tessera.codecs.container.ModelHash;
import dev.tessera.codecs.container.TsrFile;

/** What the headers of sound files say, checked. */
final class SoundFiles {
    private SoundFiles() {}

    static AudioGeometry geometry(TsrFile file, ModelHash model) throws CorruptBitstreamException {
        if (!(file.header().geometry() instanceof AudioGeometry geometry)) {
            throw new CorruptBitstreamException(0, "the file holds no sound");
        }
        if (!file.header().model().equals(model)) {
            throw new CorruptBitstreamException(
                    2, "the file was made with model " + file.header().model() + ", this is " + model);
        }
        return geometry;
    }

    static void checkChunks(TsrFile file, int wanted) throws CorruptBitstreamException {
        if (file.chunkCount() != wanted) {
            throw new CorruptBitstreamException(
                    0, "the file has " + file.chunkCount() + " chunks, must have " + wanted);
        }
    }

    /** Of files with envelopes. */
    static Mode mode(TsrFile file) throws CorruptBitstreamException {
        int parameters = file.header().parameters();
        return Settings.mode(parameters)
                .orElseThrow(() -> new CorruptBitstreamException(
                        0, "audio parameters are " + parameters + ", which is no mode of this version"));
    }

    /** Samples at 16 kHz. */
    static int samples(AudioGeometry geometry) throws CorruptBitstreamException {
        long samples = Planes.samples(geometry.samples(), geometry.sampleRate(), MelEnvelope.SAMPLE_RATE);
        if (samples * geometry.channels() > Integer.MAX_VALUE / MdctCore.VECTOR_DIM) {
            throw new CorruptBitstreamException(
                    0, "the sound has " + samples + " samples at 16 kHz, which is too many");
        }
        return (int) samples;
    }
}
