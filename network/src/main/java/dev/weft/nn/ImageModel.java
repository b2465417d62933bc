package dev.weft.nn;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Networks for square grey images, whose pixels come as rows of numbers. */
enum ImageModel {
    /** {@link Cnn#small}. */
    CNN {
        @Override
        Layer layers(int side, int outputs, double dropout) {
            refuse(dropout);
            return Cnn.small(1, side, outputs);
        }
    },
    /** {@link ResNet#small}. */
    RESNET {
        @Override
        Layer layers(int side, int outputs, double dropout) {
            refuse(dropout);
            return ResNet.small(1, outputs);
        }
    },
    /** {@link VisionTransformer} of patches of a seventh of the side, 64 wide, 6 layers deep. */
    VIT {
        @Override
        Layer layers(int side, int outputs, double dropout) {
            if (side % 7 != 0) {
                throw new IllegalArgumentException(
                        "vit: cuts images into 7×7 patches, so that the side must be a multiple of 7, got %d"
                                .formatted(side));
            }
            return new VisionTransformer(1, side, side / 7, 64, 4, 6, dropout, outputs);
        }
    };

    abstract Layer layers(int side, int outputs, double dropout);

    /** For networks that drop nothing out. */
    void refuse(double dropout) {
        if (dropout != 0) {
            throw new IllegalArgumentException(
                    "%s has no dropout, got %s: leave it at 0".formatted(label(), dropout));
        }
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<ImageModel> named(String text) {
        return Arrays.stream(values()).filter(model -> model.label().equals(text)).findFirst();
    }

    /**
     * The network, from rows of pixels on.
     *
     * @throws IllegalArgumentException where the image is not square, or of a side that it does not
     *     take
     */
    Sequential blocks(int inputs, int outputs, double dropout) {
        int side = (int) Math.round(Math.sqrt(inputs));
        if (side * side != inputs) {
            throw new IllegalArgumentException(
                    "%s takes square grey images, and the data has %d numbers: choose another model, such as mlp:64"
                            .formatted(label(), inputs));
        }
        return new Sequential(new Unflatten(1, side, side), layers(side, outputs, dropout));
    }
}
