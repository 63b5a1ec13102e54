package dev.tessera.codecs.dataset.parquet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.CorruptBitstreamException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FooterTest {
    private static final List<ColumnSpec> SPECS = List.of(
            ColumnSpec.required("key", ColumnSpec.Kind.TEXT),
            ColumnSpec.required("tokens", ColumnSpec.Kind.LIST_OF_UINT16),
            new ColumnSpec("label", ColumnSpec.Kind.INT64, true));

    private static byte[] file() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ParquetWriter writer = new ParquetWriter(out, SPECS, Map.of("k", "v"), 6);
        for (int row = 0; row < 5; row++) {
            writer.column(0).addText("row " + row);
            writer.column(1).addList(1, 2, row);
            writer.column(2).addNothing();
            writer.endRow();
        }
        writer.finish();
        return out.toByteArray();
    }

    private static byte[] footer(byte[] file) {
        int length = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(file.length - 8);
        return Arrays.copyOfRange(file, file.length - 8 - length, file.length - 8);
    }

    @Test
    void saysWhatIsInTheFile() throws IOException {
        byte[] file = file();
        byte[] footer = footer(file);
        Footer parsed = Footer.parse(footer, file.length - 8 - footer.length);
        assertEquals(5, parsed.rows());
        assertEquals(3, parsed.rowGroups().size());
        assertEquals(Map.of("k", "v"), parsed.metadata());
        assertEquals(
                List.of(
                        new Column(List.of("key"), Format.BYTE_ARRAY, false, 0, 0, false),
                        new Column(List.of("tokens", "list", "element"), Format.INT32, false, 1, 1, false),
                        new Column(List.of("label"), Format.INT64, false, 0, 1, true)),
                parsed.columns());
    }

    @Test
    void truncationAtEveryByteIsRefused() throws IOException {
        byte[] footer = footer(file());
        for (int n = 0; n < footer.length; n++) {
            byte[] cut = Arrays.copyOf(footer, n);
            assertThrows(CorruptBitstreamException.class, () -> Footer.parse(cut, 1 << 20), "cut to " + n);
        }
    }

    @Test
    void damageGivesOurExceptionOrAFooter() throws IOException {
        byte[] footer = footer(file());
        Random random = new Random(11);
        int refused = 0;
        for (int i = 0; i < 50_000; i++) {
            byte[] damaged = footer.clone();
            if (i < 8 * footer.length) {
                damaged[i / 8] ^= (byte) (1 << (i % 8));
            } else {
                for (int n = random.nextInt(1, 5); n > 0; n--) {
                    damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
                }
            }
            try {
                Footer.parse(damaged, 1 << 20);
            } catch (CorruptBitstreamException e) {
                refused++;
            }
        }
        assertTrue(refused > 10_000 && refused < 50_000, "refused " + refused);
    }

    @Test
    void deepNestingIsRefused() {
        byte[] structs = new byte[1000];
        Arrays.fill(structs, (byte) 0x1C); // field 1 is a structure with field 1 ...
        assertThrows(CorruptBitstreamException.class, () -> Footer.parse(structs, 0));
        byte[] lists = new byte[1000];
        Arrays.fill(lists, (byte) 0x19); // a list of one list of one list ...
        assertThrows(CorruptBitstreamException.class, () -> Footer.parse(lists, 0));
    }

    @Test
    void listsLongerThanTheFooterAreRefused() {
        byte[] footer = {0x49, (byte) 0xFC, -1, -1, -1, -1, 7}; // field 4: a list of 2^31 - 1 structures
        assertThrows(CorruptBitstreamException.class, () -> Footer.parse(footer, 0));
    }

    @Test
    void rowsMustHaveEveryColumn() throws IOException {
        ParquetWriter writer = new ParquetWriter(new ByteArrayOutputStream(), SPECS, Map.of(), 100);
        writer.column(0).addText("a");
        assertThrows(IllegalStateException.class, writer::endRow);
        assertThrows(IllegalArgumentException.class, () -> writer.column(0).addInteger(1));
        assertThrows(IllegalArgumentException.class, () -> writer.column(0).addNothing());
        assertThrows(IllegalArgumentException.class, () -> writer.column(1).addList(65_536));
        assertThrows(IllegalArgumentException.class, () -> writer.column(2).addText("a"));
    }
}
