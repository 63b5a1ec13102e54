package dev.tessera.image;

import java.io.ByteArrayOutputStream;

/**
 * The marker structure of a JPEG file (ITU-T T.81, annex B), walked before anything is decoded.
 *
 * @param componentIds the identifiers of the frame's components
 * @param jfif whether a JFIF segment stands in it
 * @param adobeTransform 0 none, 1 YCbCr, 2 YCCK; -1 without an Adobe segment
 * @param orientation EXIF orientation, 1 to 8
 * @param bare the file without its application and comment segments
 */
record JpegLayout(
        int width, int height, int[] componentIds, boolean jfif, int adobeTransform, int orientation, byte[] bare) {
    /** Walks the segments of one file. */
    static final class Walk {
        private static final int SOI = 0xD8;
        private static final int EOI = 0xD9;
        private static final int SOS = 0xDA;
        private static final int APP0 = 0xE0;
        private static final int APP1 = 0xE1;
        private static final int APP14 = 0xEE;
        private static final int APP15 = 0xEF;
        private static final int COM = 0xFE;
        /** Sequences of far more scans than any encoder makes are a way to burn time: each scan is a pass over all blocks. */
        private static final int MAX_SCANS = 200;
        /** A Huffman coded block of 64 samples takes at least one bit. */
        private static final int MAX_PIXELS_PER_BYTE = 512;

        private final FileBytes file;
        private final ByteArrayOutputStream bare;
        private int width;
        private int height;
        private int[] componentIds;
        private boolean jfif;
        private int adobeTransform = -1;
        private int orientation = 1;
        private int scans;

        Walk(FileBytes file) {
            this.file = file;
            this.bare = new ByteArrayOutputStream(file.length());
        }

        JpegLayout read() throws UnreadableImageException {
            bare.write(file.bytes(), 0, 2);
            int at = 2;
            while (true) {
                int marker = marker(at);
                if (marker == 0xFF) { // fill byte
                    at++;
                } else if (marker == EOI) {
                    break;
                } else if (isStandalone(marker)) {
                    at += 2;
                } else {
                    at = segment(at, marker);
                }
            }
            bare.write(0xFF);
            bare.write(EOI);
            if (componentIds == null || scans == 0) {
                throw file.unsupported("the file holds no frame or no scan");
            }
            if ((long) width * height / MAX_PIXELS_PER_BYTE > file.length()) {
                throw file.unsupported(file.length() + " bytes cannot hold " + width + " x " + height + " pixels");
            }
            return new JpegLayout(width, height, componentIds, jfif, adobeTransform, orientation, bare.toByteArray());
        }

        private int marker(int at) throws UnreadableImageException {
            if (file.u8(at) != 0xFF) {
                throw file.corrupt(at, "a marker is missing");
            }
            return file.u8(at + 1L);
        }

        private static boolean isStandalone(int marker) {
            return marker == SOI || marker == 0x01 || marker >= 0xD0 && marker <= 0xD7;
        }

        /** Takes in one segment with what follows it up to the next marker; returns where that stands. */
        private int segment(int at, int marker) throws UnreadableImageException {
            int length = file.u16be(at + 2L);
            if (marker == 0 || length < 2) {
                throw file.corrupt(at, "marker " + marker + " with a segment of " + length + " bytes");
            }
            file.require(at + 2L, length);
            int data = at + 4;
            int end = at + 2 + length;
            if (marker == APP0 && file.has(data, "JFIF\0")) {
                jfif = true;
            } else if (marker == APP1 && file.has(data, "Exif\0\0")) {
                orientation = ExifOrientation.of(file, data, end - data);
            } else if (marker == APP14 && file.has(data, "Adobe") && length >= 14) {
                adobeTransform = file.u8(data + 11L);
            } else if (isFrame(marker)) {
                readFrame(data, end);
            } else if (marker == SOS) {
                if (++scans > MAX_SCANS) {
                    throw file.corrupt(at, "more than " + MAX_SCANS + " scans");
                }
                end = endOfScan(end);
            }
            if ((marker < APP0 || marker > APP15) && marker != COM) {
                bare.write(file.bytes(), at, end - at);
            }
            return end;
        }

        private static boolean isFrame(int marker) {
            return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
        }

        private void readFrame(int data, int end) throws UnreadableImageException {
            if (componentIds != null) {
                throw file.corrupt(data, "a second frame");
            }
            if (file.u8(data) != 8) {
                throw file.corrupt(data, "samples of " + file.u8(data) + " bits, only 8 are read");
            }
            height = file.u16be(data + 1L);
            width = file.u16be(data + 3L);
            file.checkSize(width, height);
            int components = file.u8(data + 5L);
            if (components != 1 && components != 3 && components != 4 || data + 6 + 3 * components > end) {
                throw file.corrupt(data + 5L, components + " components, only 1, 3 and 4 are read");
            }
            componentIds = new int[components];
            for (int c = 0; c < components; c++) {
                componentIds[c] = file.u8(data + 6L + 3L * c);
            }
        }

        /** Entropy-coded data goes on over stuffed zeros and restart markers. */
        private int endOfScan(int from) throws UnreadableImageException {
            int at = from;
            while (true) {
                if (file.u8(at) == 0xFF) {
                    int next = file.u8(at + 1L);
                    if (next != 0 && next != 0xFF && (next < 0xD0 || next > 0xD7)) {
                        return at;
                    }
                }
                at++;
            }
        }
    }

    /** Whether three components are Y, Cb, Cr: as the Adobe segment says, else unless they are named R, G, B. */
    boolean isYcc() {
        if (componentIds.length == 4) {
            return adobeTransform == 2;
        }
        if (adobeTransform >= 0 && !jfif) {
            return adobeTransform != 0;
        }
        return jfif || !(componentIds[0] == 'R' && componentIds[1] == 'G' && componentIds[2] == 'B');
    }
}
