package dev.weft.cli;

import dev.weft.io.FormatException;

import org.jspecify.annotations.Nullable;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Reads pictures of every kind that the JDK reads. A file of a few bytes can say that it holds
 * gigabytes: the size is asked for before anything is decoded, and of a large picture only every
 * n-th pixel of every n-th row is kept, so that it takes no more memory than one of four
 * megapixels.
 */
final class PictureFile {
    /** The largest side that is read: cameras make no larger ones. */
    static final int LARGEST_SIDE = 10_000;

    /** How many pixels are kept at most; a digit needs a hundred on a side. */
    private static final double KEPT = 4e6;

    private final Path path;

    private PictureFile(Path path) {
        this.path = path;
    }

    /**
     * The picture in a file or a pipe, in grey.
     *
     * @throws FormatException where it is no picture, or damaged, or larger than is read
     */
    static GreyImage read(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            throw new FormatException(path + ": is a folder, not a picture");
        }
        return new PictureFile(path).read();
    }

    private GreyImage read() throws IOException {
        // A file is read where it lies; what cannot be read twice is kept.
        try (ImageInputStream input =
                Files.isRegularFile(path)
                        ? ImageIO.createImageInputStream(path.toFile())
                        : new MemoryCacheImageInputStream(Files.newInputStream(path))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(input);
            if (!readers.hasNext()) {
                throw new FormatException(
                        path + ": is neither a picture (such as PNG or JPEG) nor an IDX file");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(input, true, true);
                return GreyImage.of(decode(reader));
            } finally {
                reader.dispose();
            }
        }
    }

    private BufferedImage decode(ImageReader reader) throws IOException {
        List<String> warnings = new ArrayList<>();
        reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
        int width = orDamaged(() -> reader.getWidth(0));
        int height = orDamaged(() -> reader.getHeight(0));
        if (width > LARGEST_SIDE || height > LARGEST_SIDE) {
            throw new FormatException(
                    "%s: has more than %d pixels on a side (%dx%d): make it smaller"
                            .formatted(path, LARGEST_SIDE, width, height));
        }
        int step = (int) Math.max(1, Math.ceil(Math.sqrt((double) width * height / KEPT)));
        ImageReadParam every = reader.getDefaultReadParam();
        every.setSourceSubsampling(Math.min(step, width), Math.min(step, height), 0, 0);
        BufferedImage picture = orDamaged(() -> reader.read(0, every));
        if (!warnings.isEmpty()) {
            throw damaged(warnings.getFirst(), null);
        }
        return picture;
    }

    private interface Decoding<T> {
        T run() throws IOException;
    }

    /** The JDK's decoders answer damaged files with exceptions of many kinds. */
    private <T> T orDamaged(Decoding<T> decoding) throws FormatException {
        try {
            return decoding.run();
        } catch (IOException | RuntimeException e) {
            throw damaged(e.getMessage(), e);
        }
    }

    private FormatException damaged(@Nullable String why, @Nullable Throwable cause) {
        String reason = why == null ? "" : " (%s)".formatted(why);
        return new FormatException(
                "%s: is damaged and cannot be read as a picture%s".formatted(path, reason), cause);
    }
}
