package dev.tessera.audio;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Optional;
import javazoom.jl.decoder.Bitstream;
import javazoom.jl.decoder.BitstreamException;
import javazoom.jl.decoder.Decoder;
import javazoom.jl.decoder.DecoderException;
import javazoom.jl.decoder.Header;
import javazoom.jl.decoder.SampleBuffer;

/** MPEG audio layers I to III, decoded by JLayer to 16 bits; an encoder's delay and padding are cut off where it says them. */
final class Mp3Reader {
    private Mp3Reader() {}

    static AudioSignal read(byte[] file, long maxSeconds) throws IOException {
        int start = Id3.end(file);
        Mp3Frame first = Mp3Frame.at(file, start)
                .orElseThrow(() -> new UnreadableAudioException("there is no MPEG audio frame at byte " + start));
        Optional<Mp3Tag> tag = Mp3Tag.in(file, first);
        int from = tag.isPresent() ? start + first.bytes() : start;
        if (from > file.length) {
            throw new UnreadableAudioException("cut short within the first frame");
        }
        int frames = tag.map(Mp3Tag::frames).orElse(-1);
        try {
            Bitstream bitstream = new Bitstream(new ByteArrayInputStream(file, from, file.length - from));
            SampleSink sink = decode(bitstream, maxSeconds, (long) frames * first.samples(), frames);
            int begin = Math.min(tag.map(Mp3Tag::delay).orElse(0), sink.length());
            int end = Math.max(begin, sink.length() - tag.map(Mp3Tag::padding).orElse(0));
            return sink.toSignal(begin, end);
        } catch (BitstreamException | DecoderException e) {
            throw new UnreadableAudioException("damaged frame: " + e.getMessage(), e);
        }
    }

    /**
     * Decodes all frames.
     *
     * @param claimedSamples how many samples the file says it has, negative when it does not
     * @param claimedFrames how many frames it says it has, negative when it does not
     */
    private static SampleSink decode(Bitstream bitstream, long maxSeconds, long claimedSamples, int claimedFrames)
            throws BitstreamException, DecoderException, UnreadableAudioException {
        Decoder decoder = new Decoder();
        Optional<SampleSink> started = Optional.empty();
        int frames = 0;
        for (Header header = bitstream.readFrame(); header != null; header = bitstream.readFrame()) {
            SampleBuffer decoded = (SampleBuffer) decoder.decodeFrame(header, bitstream);
            bitstream.closeFrame();
            if (started.isEmpty()) {
                SampleSink.checkSeconds(claimedSamples, decoded.getSampleFrequency(), maxSeconds);
                started = Optional.of(
                        new SampleSink(decoded.getSampleFrequency(), decoded.getChannelCount(), maxSeconds));
            }
            SampleSink sink = started.get();
            if (decoded.getSampleFrequency() != sink.sampleRate() || decoded.getChannelCount() != sink.channels()) {
                throw new UnreadableAudioException("the sample rate or the number of channels changes within the file");
            }
            append(decoded, sink);
            frames++;
        }
        if (frames < Math.max(1, claimedFrames)) {
            throw new UnreadableAudioException("cut short: " + frames + " whole frames"
                    + (claimedFrames < 0 ? "" : ", the file claims " + claimedFrames));
        }
        return started.orElseThrow();
    }

    private static void append(SampleBuffer decoded, SampleSink sink) throws UnreadableAudioException {
        int channels = sink.channels();
        int count = decoded.getBufferLength() / channels;
        int from = sink.length();
        sink.grow(count);
        for (int t = 0; t < count; t++) {
            for (int c = 0; c < channels; c++) {
                sink.set(c, from + t, decoded.getBuffer()[t * channels + c] / 32768f);
            }
        }
    }
}
