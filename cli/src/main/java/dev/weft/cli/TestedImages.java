package dev.weft.cli;

import dev.weft.nn.Task;
import dev.weft.report.Picture;

import org.jspecify.annotations.Nullable;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import javax.imageio.ImageIO;

/**
 * Pictures that are tested on.
 *
 * @param description the folder
 * @param files of the pictures, in their order
 */
record TestedImages(String description, List<Path> files, List<String> classes) implements TestSet {
    private static final int SHOWN = 128;

    @Override
    public Task task() {
        return Task.CLASSES;
    }

    /** As the file is, but small: a page of photos would be as large as these. */
    @Override
    public @Nullable Picture picture(int example) throws IOException {
        BufferedImage whole = ImageIO.read(files.get(example).toFile());
        if (whole == null) {
            return null;
        }
        int side = Math.max(whole.getWidth(), whole.getHeight());
        int width = Math.max(1, whole.getWidth() * Math.min(side, SHOWN) / side);
        int height = Math.max(1, whole.getHeight() * Math.min(side, SHOWN) / side);
        BufferedImage small = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = small.createGraphics();
        graphics.setRenderingHint(
                RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        graphics.drawImage(whole, 0, 0, width, height, null);
        graphics.dispose();
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(small, "png", png);
        return Picture.png(png.toByteArray());
    }

    @Override
    public List<Map<String, String>> rows(List<Integer> examples) {
        return examples.stream()
                .map(example -> Map.of("file", files.get(example).toString()))
                .toList();
    }
}
