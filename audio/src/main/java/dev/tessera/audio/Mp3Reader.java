package dev.tessera.audio;

import java.io.ByteArrayInputStream;
import java.io.IOException;
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
        Mp3Frame first = Mp3Frame.at(file, start);
        if (first == null) {
            throw new UnreadableAudioException("there is no MPEG audio frame at byte " + start);
        }
        Mp3Tag tag = Mp3Tag.in(file, first);
        int from = tag == null ? start : start + first.bytes();
        if (from > file.length) {
            throw new UnreadableAudioException("cut short within the first frame");
        }
        try {
            Bitstream bitstream = new Bitstream(new ByteArrayInputStream(file, from, file.length - from));
            SampleSink sink = decode(bitstream, maxSeconds, first, tag);
            int begin = tag == null ? 0 : Math.min(tag.delay(), sink.length());
            int end = tag == null ? sink.length() : Math.max(begin, sink.length() - tag.padding());
            return sink.toSignal(begin, end);
        } catch (BitstreamException | DecoderException e) {
            throw new UnreadableAudioException("damaged frame: " + e.getMessage(), e);
        }
    }

    private static SampleSink decode(Bitstream bitstream, long maxSeconds, Mp3Frame first, Mp3Tag tag)
            throws BitstreamException, DecoderException, UnreadableAudioException {
        Decoder decoder = new Decoder();
        SampleSink sink = null;
        int frames = 0;
        for (Header header = bitstream.readFrame(); header != null; header = bitstream.readFrame()) {
            SampleBuffer decoded = (SampleBuffer) decoder.decodeFrame(header, bitstream);
            bitstream.closeFrame();
            if (sink == null) {
                sink = new SampleSink(decoded.getSampleFrequency(), decoded.getChannelCount(), maxSeconds);
                if (tag != null && tag.frames() > 0) {
                    SampleSink.checkSeconds((long) tag.frames() * first.samples(), sink.sampleRate(), maxSeconds);
                }
            }
            if (decoded.getSampleFrequency() != sink.sampleRate() || decoded.getChannelCount() != sink.channels()) {
                throw new UnreadableAudioException("the sample rate or the number of channels changes within the file");
            }
            append(decoded, sink);
            frames++;
        }
        if (sink == null || tag != null && tag.frames() > frames) {
            throw new UnreadableAudioException("cut short: " + frames + " whole frames"
                    + (tag == null || tag.frames() < 0 ? "" : ", the file claims " + tag.frames()));
        }
        return sink;
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
