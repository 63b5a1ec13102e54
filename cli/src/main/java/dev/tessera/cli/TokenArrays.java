package dev.tessera.cli;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.ResidualQuantizer;
import dev.tessera.codebook.VectorQuantizer;
import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.container.ModelHash;
import dev.tessera.codecs.container.TensorGeometry;
import dev.tessera.codecs.container.TokenGeometry;
import dev.tessera.codecs.container.TokenGeometry.ElementType;
import dev.tessera.codecs.dataset.NpyReader;
import dev.tessera.codecs.dataset.NpyType;
import dev.tessera.codecs.dataset.NpyWriter;
import dev.tessera.codecs.mixing.CodeVectors;
import dev.tessera.codecs.mixing.TokenArray;
import dev.tessera.codecs.mixing.TokenBook;
import dev.tessera.vqmodels.CodebookFile;
import dev.tessera.vqmodels.ModelFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Arrays of integers from and to {@code .npy} files, and the codebooks whose indices they hold. */
final class TokenArrays {
    private TokenArrays() {}

    static boolean isFloat(byte[] npy) throws IOException {
        try (NpyReader in = NpyReader.open(npy)) {
            return in.type().isFloat();
        }
    }

    /**
     * The array of a file that {@link #write} gives back bit for bit.
     *
     * @throws CorruptBitstreamException when it would not, for more than eight axes or more than {@code maxElements}
     */
    static TokenArray read(byte[] npy, long maxElements) throws IOException {
        try (NpyReader in = NpyReader.open(npy)) {
            long[] shape = in.shape();
            long most = Math.min(maxElements, TensorGeometry.MAX_ELEMENTS);
            boolean possible = shape.length >= 1
                    && shape.length <= TensorGeometry.MAX_RANK
                    && Arrays.stream(shape).allMatch(extent -> extent <= TensorGeometry.MAX_ELEMENTS);
            if (!possible || in.remaining() > most) {
                throw new CorruptBitstreamException(
                        0,
                        "the array has the shape " + Arrays.toString(shape) + "; integers of 1 to "
                                + TensorGeometry.MAX_RANK + " axes and at most " + most + " elements are compressed");
            }
            List<Integer> extents =
                    Arrays.stream(shape).mapToObj(extent -> (int) extent).toList();
            long[] values = new long[(int) in.remaining()];
            in.readLongs(values);
            ElementType type = ElementType.valueOf(in.type().name());
            TokenArray array = TokenArray.of(new TokenGeometry(extents, type), values);
            ByteArrayOutputStream again = new ByteArrayOutputStream(npy.length);
            write(array, again);
            if (!Arrays.equals(npy, again.toByteArray())) {
                throw new CorruptBitstreamException(
                        0,
                        "the array would not come back bit for bit: it is boolean, big-endian or has another header than"
                                + " numpy.save writes; save it again as little-endian integers");
            }
            return array;
        }
    }

    static void write(TokenArray array, OutputStream out) throws IOException {
        NpyType type = NpyType.valueOf(array.geometry().type().name());
        long[] shape =
                array.geometry().shape().stream().mapToLong(Integer::longValue).toArray();
        try (NpyWriter writer = new NpyWriter(out, type, shape)) {
            writer.writeLongs(array.values());
        }
    }

    /** The codebook of a file; code vectors of plain and residual codebooks say how near tokens are to each other. */
    static TokenBook book(Path path) throws IOException {
        ModelFile file = ModelFile.read(path);
        Quantizer quantizer = CodebookFile.quantizer(file);
        List<Integer> sizes = Arrays.stream(quantizer.codebookSizes()).boxed().toList();
        List<Codebook> books = switch (quantizer) {
            case VectorQuantizer plain -> List.of(plain.codebook());
            case ResidualQuantizer residual -> residual.codebooks();
            default -> List.of();
        };
        boolean usable = books.size() == sizes.size()
                && books.stream()
                        .allMatch(b -> b.codeDim() == books.getFirst().codeDim() && b.codeDim() <= CodeVectors.MAX_DIM);
        return new TokenBook(ModelHash.ofHex(file.sha256()), sizes, usable ? CodeVectors.of(books) : List.of());
    }
}
