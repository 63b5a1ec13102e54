package dev.tessera.audio;

import com.jcraft.jogg.Packet;
import com.jcraft.jogg.Page;
import com.jcraft.jogg.StreamState;
import com.jcraft.jogg.SyncState;
import com.jcraft.jorbis.Block;
import com.jcraft.jorbis.Comment;
import com.jcraft.jorbis.DspState;
import com.jcraft.jorbis.Info;

/** Vorbis I in an Ogg stream, decoded by JOrbis. One logical stream per file. */
final class VorbisReader {
    private static final int HEADER_PACKETS = 3;
    private static final int BLOCK_BYTES = 8192;

    private final byte[] file;
    private final long maxSeconds;
    private final SyncState sync = new SyncState();
    private final StreamState stream = new StreamState();
    private final Page page = new Page();
    private final Packet packet = new Packet();
    private final Info info = new Info();
    private final Comment comment = new Comment();
    private int position;

    private VorbisReader(byte[] file, long maxSeconds) {
        this.file = file;
        this.maxSeconds = maxSeconds;
    }

    static AudioSignal read(byte[] file, long maxSeconds) throws UnreadableAudioException {
        long samples = OggPages.lastGranule(file);
        return new VorbisReader(file, maxSeconds).read(samples);
    }

    private AudioSignal read(long samples) throws UnreadableAudioException {
        sync.init();
        info.init();
        comment.init();
        readHeaders();
        SampleSink sink = new SampleSink(info.rate, info.channels, maxSeconds);
        SampleSink.checkSeconds(Math.max(0, samples), info.rate, maxSeconds);
        DspState state = new DspState();
        state.synthesis_init(info);
        Block block = new Block(state);
        while (nextPacket()) {
            if (block.synthesis(packet) != 0) {
                throw new UnreadableAudioException("damaged packet");
            }
            state.synthesis_blockin(block);
            drain(state, sink);
        }
        return sink.toSignal(0, samples >= 0 ? (int) Math.min(samples, sink.length()) : sink.length());
    }

    private void readHeaders() throws UnreadableAudioException {
        if (!nextPage()) {
            throw new UnreadableAudioException("there is no page");
        }
        stream.init(page.serialno());
        stream.reset();
        stream.pagein(page);
        for (int i = 0; i < HEADER_PACKETS; i++) {
            if (!nextPacket() || info.synthesis_headerin(comment, packet) < 0) {
                throw new UnreadableAudioException("the Vorbis headers are damaged or missing");
            }
        }
    }

    private static void drain(DspState state, SampleSink sink) throws UnreadableAudioException {
        float[][][] pcm = new float[1][][];
        int[] index = new int[sink.channels()];
        for (int count = state.synthesis_pcmout(pcm, index); count > 0; count = state.synthesis_pcmout(pcm, index)) {
            int from = sink.length();
            sink.grow(count);
            for (int c = 0; c < sink.channels(); c++) {
                for (int t = 0; t < count; t++) {
                    float value = pcm[0][c][index[c] + t];
                    if (!Float.isFinite(value)) {
                        throw new UnreadableAudioException("a sample is no finite number");
                    }
                    sink.set(c, from + t, value);
                }
            }
            state.synthesis_read(count);
        }
    }

    /** Moves to the next packet; false at the end of the stream. */
    private boolean nextPacket() throws UnreadableAudioException {
        while (true) {
            int result = stream.packetout(packet);
            if (result > 0) {
                return true;
            }
            if (result < 0) {
                throw new UnreadableAudioException("a page is missing");
            }
            if (!nextPage()) {
                return false;
            }
            if (stream.pagein(page) != 0) {
                throw new UnreadableAudioException("the file holds more than one logical stream");
            }
        }
    }

    private boolean nextPage() throws UnreadableAudioException {
        while (true) {
            int result = sync.pageout(page);
            if (result > 0) {
                return true;
            }
            if (result < 0) {
                throw new UnreadableAudioException("damaged page before byte " + position);
            }
            int count = Math.min(BLOCK_BYTES, file.length - position);
            if (count == 0) {
                return false;
            }
            int offset = sync.buffer(count);
            System.arraycopy(file, position, sync.data, offset, count);
            sync.wrote(count);
            position += count;
        }
    }
}
