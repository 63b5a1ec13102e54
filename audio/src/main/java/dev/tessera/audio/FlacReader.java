package dev.tessera.audio;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import org.jflac.FLACDecoder;
import org.jflac.FrameListener;
import org.jflac.frame.Frame;
import org.jflac.metadata.Metadata;
import org.jflac.metadata.StreamInfo;

/** FLAC (RFC 9639) of 4 to 24 bits, decoded by jflac; what it gets wrong about hostile files is kept away from it. */
final class FlacReader {
    private static final int MARK_BYTES = 4;
    private static final int BLOCK_HEADER_BYTES = 4;
    private static final int STREAM_INFO_BYTES = 34;

    private FlacReader() {}

    static AudioSignal read(byte[] file, long maxSeconds) throws IOException {
        int start = Id3.end(file);
        int frames = framesStart(file, start + MARK_BYTES);
        FLACDecoder decoder = new FLACDecoder(withoutMetadata(file, start, frames));
        String[] error = new String[1];
        decoder.addFrameListener(new FrameListener() {
            @Override
            public void processMetadata(Metadata metadata) {}

            @Override
            public void processFrame(Frame frame) {}

            @Override
            public void processError(String message) {
                error[0] = message;
            }
        });
        StreamInfo info = decoder.readStreamInfo();
        int bits = info.getBitsPerSample();
        if (info.getSampleRate() < 1 || bits < 4 || bits > 24) {
            throw new UnreadableAudioException(
                    bits + " bits at " + info.getSampleRate() + " Hz are not read, only 4 to 24 bits at 1 Hz and more");
        }
        SampleSink.checkSeconds(info.getTotalSamples(), info.getSampleRate(), maxSeconds);
        SampleSink sink = new SampleSink(info.getSampleRate(), info.getChannels(), maxSeconds);
        for (Frame frame = decoder.readNextFrame(); frame != null; frame = decoder.readNextFrame()) {
            if (frame.header.channels != sink.channels() || frame.header.bitsPerSample != bits) {
                throw new UnreadableAudioException("the number of channels or bits changes within the file");
            }
            append(decoder, frame.header.blockSize, 1f / (1 << bits - 1), sink);
            if (error[0] != null) {
                throw new UnreadableAudioException("damaged frame: " + error[0]);
            }
        }
        if (decoder.getBadFrames() > 0 || error[0] != null) {
            throw new UnreadableAudioException(error[0] == null ? "damaged frame" : "damaged frame: " + error[0]);
        }
        if (info.getTotalSamples() > 0 && sink.length() != info.getTotalSamples()) {
            throw new UnreadableAudioException("cut short or damaged: " + sink.length()
                    + " samples decoded, the file claims " + info.getTotalSamples());
        }
        return sink.toSignal(0, sink.length());
    }

    private static void append(FLACDecoder decoder, int count, float scale, SampleSink sink)
            throws UnreadableAudioException {
        int from = sink.length();
        sink.grow(count);
        for (int c = 0; c < sink.channels(); c++) {
            int[] decoded = decoder.getChannelData()[c].getOutput();
            for (int t = 0; t < count; t++) {
                sink.set(c, from + t, decoded[t] * scale);
            }
        }
    }

    /** Where the first frame begins, behind all metadata blocks. */
    private static int framesStart(byte[] file, int firstBlock) throws UnreadableAudioException {
        long at = firstBlock;
        boolean last = false;
        while (!last) {
            if (at + BLOCK_HEADER_BYTES > file.length) {
                throw new UnreadableAudioException("cut short within the metadata");
            }
            int header = file[(int) at] & 0xFF;
            int size = Bytes.u24BigEndian(file, (int) at + 1);
            if (at == firstBlock && ((header & 0x7F) != 0 || size != STREAM_INFO_BYTES)) {
                throw new UnreadableAudioException("the first metadata block is no STREAMINFO");
            }
            last = (header & 0x80) != 0;
            at += BLOCK_HEADER_BYTES + (long) size;
        }
        if (at > file.length) {
            throw new UnreadableAudioException("cut short within the metadata");
        }
        return (int) at;
    }

    /** Mark and STREAMINFO, then the frames: jflac believes every length in the other metadata blocks. */
    private static InputStream withoutMetadata(byte[] file, int start, int frames) {
        byte[] head =
                java.util.Arrays.copyOfRange(file, start, start + MARK_BYTES + BLOCK_HEADER_BYTES + STREAM_INFO_BYTES);
        head[MARK_BYTES] |= (byte) 0x80;
        return new SequenceInputStream(
                new ByteArrayInputStream(head), new ByteArrayInputStream(file, frames, file.length - frames));
    }
}
