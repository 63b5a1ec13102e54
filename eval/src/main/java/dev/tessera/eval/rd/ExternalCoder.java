package dev.tessera.eval.rd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A codec that consists of two programs which read and write files. */
final class ExternalCoder<S extends Medium> implements Coder<S> {
    private final Peer<S> peer;
    private final ExternalTool encoder;
    private final ExternalTool decoder;
    private final String version;
    private final Duration limit;

    ExternalCoder(Peer<S> peer, ExternalTool encoder, ExternalTool decoder, Duration limit) throws IOException {
        this.peer = peer;
        this.encoder = encoder;
        this.decoder = decoder;
        this.version = encoder.version(peer.versionArguments());
        this.limit = limit;
    }

    @Override
    public String name() {
        return peer.name();
    }

    @Override
    public String identity() {
        return version + " | " + peer.encode() + " | " + peer.decode();
    }

    @Override
    public boolean cacheable() {
        return true;
    }

    @Override
    public List<String> settings() {
        return peer.settings();
    }

    @Override
    public Coded<S> code(S sample, String setting) throws IOException {
        Path folder = Files.createTempDirectory("tessera-rd-");
        try {
            Path source = folder.resolve("source" + peer.files().suffix());
            Path coded = folder.resolve("coded" + peer.suffix());
            Path decoded = folder.resolve("decoded" + peer.files().suffix());
            peer.files().write(sample, source);
            double encodeSeconds = timed(encoder, peer.encode(), source, coded, setting);
            byte[] file = Files.readAllBytes(coded);
            long payload = peer.payload().bytesOf(file);
            double decodeSeconds = timed(decoder, peer.decode(), coded, decoded, setting);
            S back = peer.files().read(decoded);
            return new Coded<>(file.length, payload, back, encodeSeconds, decodeSeconds);
        } finally {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
    }

    private double timed(ExternalTool tool, ToolLine line, Path in, Path out, String setting) throws IOException {
        long start = System.nanoTime();
        tool.run(line.filled(Map.of("in", in.toString(), "out", out.toString(), "setting", setting)), limit);
        return (System.nanoTime() - start) / 1e9;
    }
}
