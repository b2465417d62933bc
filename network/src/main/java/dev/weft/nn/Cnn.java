package dev.weft.nn;

/** Small networks of convolutions, for grey images of digits. */
public final class Cnn {
    private static final int SIDE = 28;

    private Cnn() {}

    /**
     * Two convolutions of 3×3, 16 and 32 channels, each with ReLU and max pooling by 2, and 64
     * hidden units: batch×channels×side×side to batch×classes.
     *
     * @param channels of the images
     * @param side a multiple of 4
     * @param classes of the result
     */
    public static Sequential small(int channels, int side, int classes) {
        if (side < 4 || side % 4 != 0) {
            throw new IllegalArgumentException(
                    "cnn: is halved twice, so that the side must be a multiple of 4, got %d"
                            .formatted(side));
        }
        int last = 32;
        return new Sequential(
                Convolution.conv2d(channels, 16, 3).padding(1),
                ActivationLayer.relu(),
                Pool.max(2, 2),
                Convolution.conv2d(16, last, 3).padding(1),
                ActivationLayer.relu(),
                Pool.max(2, 2),
                new Flatten(),
                new Linear(last * (side / 4) * (side / 4), 64),
                ActivationLayer.relu(),
                new Linear(64, classes));
    }

    /**
     * LeNet-5, batch×1×28×28 to batch×classes, with every second map on every first, tanh and plain
     * averages, as is usual by now. LeCun et al. 1998.
     */
    public static Sequential leNet(int classes) {
        int left = (SIDE / 2 - 4) / 2;
        return new Sequential(
                Convolution.conv2d(1, 6, 5).padding(2),
                ActivationLayer.tanh(),
                Pool.average(2, 2),
                Convolution.conv2d(6, 16, 5),
                ActivationLayer.tanh(),
                Pool.average(2, 2),
                new Flatten(),
                new Linear(16 * left * left, 120),
                ActivationLayer.tanh(),
                new Linear(120, 84),
                ActivationLayer.tanh(),
                new Linear(84, classes));
    }
}
