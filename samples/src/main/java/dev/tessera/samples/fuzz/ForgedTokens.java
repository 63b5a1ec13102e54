package dev.tessera.samples.fuzz;

import dev.tessera.codecs.container.TokenGeometry;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrHeader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;

/**
 * Files of token arrays whose both checksums are right and whose content is not what an encoder writes: any shape, axis of stages,
 * codebook sizes, method, and damaged bits. Written after {@code docs/formats}, not with the encoder.
 */
final class ForgedTokens {
    private static final int AXES = 3;
    private static final int[] SIZES = {1, 2, 3, 50, 255, 256, 257, 4_096, 65_535, 65_536};

    private ForgedTokens() {}

    static byte[] of(byte[] stream, Random random) throws IOException {
        TsrFile file = TsrFile.read(stream);
        List<Integer> shape = random.ints(random.nextInt(1, 5), random.nextInt(4) == 0 ? 0 : 1, 20)
                .boxed()
                .toList();
        int axis = random.nextInt(AXES);
        List<Integer> positions = switch (axis) {
            case 1 -> shape.subList(0, shape.size() - 1);
            case 2 -> shape.subList(1, shape.size());
            default -> shape;
        };
        int stages = switch (axis) {
            case 1 -> shape.getLast();
            case 2 -> shape.getFirst();
            default -> 1;
        };
        int[] sizes = new int[stages];
        Arrays.setAll(sizes, _ -> SIZES[random.nextInt(SIZES.length)]);
        byte[] old = file.payload();
        byte[] bits = Mutator.mutate(Arrays.copyOfRange(old, Math.min(old.length, 8), old.length), random);
        int method = random.nextInt(8) == 0 ? random.nextInt(256) : random.nextInt(4);

        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        putVarint(payload, random.nextInt(300)); // the lowest value, folded
        for (int size : sizes) {
            putVarint(payload, size - 1);
        }
        payload.write(method);
        payload.writeBytes(checksum(method, sizes, positions, bits));
        payload.writeBytes(bits);
        TokenGeometry geometry = new TokenGeometry(shape, TokenGeometry.ElementType.values()[random.nextInt(8)]);
        return TsrFile.write(new TsrHeader(file.header().model(), geometry, axis), payload.toByteArray());
    }

    private static byte[] checksum(int method, int[] sizes, List<Integer> positions, byte[] bits) {
        ByteBuffer head =
                ByteBuffer.allocate(4 * (2 + sizes.length + positions.size())).order(ByteOrder.LITTLE_ENDIAN);
        head.putInt(method).putInt(sizes.length);
        Arrays.stream(sizes).forEach(head::putInt);
        positions.forEach(head::putInt);
        CRC32C crc = new CRC32C();
        crc.update(head.array());
        crc.update(bits);
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt((int) crc.getValue())
                .array();
    }

    private static void putVarint(ByteArrayOutputStream out, int value) {
        int rest = value;
        for (; rest > 127; rest >>>= 7) {
            out.write(rest & 127 | 128);
        }
        out.write(rest);
    }
}
