package dev.weft.data.image;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Finds the tag of EXIF that says how a picture is turned: in a JPEG's segment APP1, in a PNG's
 * chunk eXIf before its pixels, or in the first directory of a TIFF file. Exif 2.32, 4.5 and 4.6;
 * PNG, third edition, 11.3.
 */
final class ExifTag {
    private static final int JPEG = 0xFFD8;
    private static final int SEGMENT = 0xFF;
    private static final int EXIF_SEGMENT = 0xFFE1;
    private static final int SCAN = 0xFFDA;
    private static final byte[] EXIF_HEADER = {'E', 'x', 'i', 'f', 0, 0};
    private static final int PNG = 0x8950;
    private static final int PNG_REST = 6;
    private static final int EXIF_CHUNK = 0x65584966;
    private static final int PIXELS_CHUNK = 0x49444154;
    private static final int CHECKSUM = 4;
    private static final int LITTLE_ENDIAN = 0x4949;
    private static final int BIG_ENDIAN = 0x4D4D;
    private static final int LARGEST_TIFF = 1 << 26;
    private static final int TIFF_MAGIC = 42;
    private static final int ENTRY = 12;
    private static final int ORIENTATION = 0x0112;
    private static final int LONG = 4;

    private ExifTag() {}

    /** The tag's value, 0 where there is none or what is around it is damaged. */
    static int orientation(InputStream file) throws IOException {
        DataInputStream in = new DataInputStream(file);
        try {
            int first = in.readUnsignedShort();
            return switch (first) {
                case JPEG -> ofJpeg(in);
                case PNG -> ofPng(in);
                case LITTLE_ENDIAN, BIG_ENDIAN -> {
                    byte[] rest = in.readNBytes(LARGEST_TIFF);
                    ByteBuffer tiff = ByteBuffer.allocate(2 + rest.length);
                    yield ofTiff(tiff.putShort((short) first).put(rest).flip());
                }
                default -> 0;
            };
        } catch (EOFException | IndexOutOfBoundsException e) {
            return 0;
        }
    }

    private static int ofJpeg(DataInputStream in) throws IOException {
        while (true) {
            int marker = in.readUnsignedShort();
            int length = in.readUnsignedShort() - 2;
            if (marker >> Byte.SIZE != SEGMENT || marker == SCAN || length < 0) {
                return 0;
            }
            if (marker != EXIF_SEGMENT) {
                in.skipNBytes(length);
                continue;
            }
            ByteBuffer segment = ByteBuffer.wrap(in.readNBytes(length));
            int header = EXIF_HEADER.length;
            if (length >= header && segment.slice(0, header).equals(ByteBuffer.wrap(EXIF_HEADER))) {
                return ofTiff(segment.slice(header, segment.limit() - header));
            }
        }
    }

    private static int ofPng(DataInputStream in) throws IOException {
        in.skipNBytes(PNG_REST);
        while (true) {
            int length = in.readInt();
            int type = in.readInt();
            if (length < 0 || type == PIXELS_CHUNK) {
                return 0;
            }
            if (type == EXIF_CHUNK) {
                return ofTiff(ByteBuffer.wrap(in.readNBytes(length)));
            }
            in.skipNBytes((long) length + CHECKSUM);
        }
    }

    private static int ofTiff(ByteBuffer tiff) {
        boolean little = tiff.getShort(0) == LITTLE_ENDIAN;
        tiff.order(little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        if (tiff.getShort(2) != TIFF_MAGIC) {
            return 0;
        }
        int directory = tiff.getInt(4);
        int entries = tiff.getShort(directory) & 0xFFFF;
        for (int i = 0; i < entries; i++) {
            int at = directory + 2 + ENTRY * i;
            if ((tiff.getShort(at) & 0xFFFF) == ORIENTATION) {
                return tiff.getShort(at + 2) == LONG ? tiff.getInt(at + 8) : tiff.getShort(at + 8);
            }
        }
        return 0;
    }
}
