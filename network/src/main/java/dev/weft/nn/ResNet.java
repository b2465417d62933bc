package dev.weft.nn;

import dev.weft.PoolWindow;
import dev.weft.Pooling;
import dev.weft.Tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * Residual networks: batch×channels×rows×columns to batch×classes. He et al. 2016. The names are
 * those of torchvision, so that its state dicts load; strides are where it has them.
 */
public final class ResNet implements Layer {
    private final Convolution conv1;
    private final BatchNorm bn1;
    private final boolean pools;
    private final List<Sequential> stages = new ArrayList<>();
    private final Linear fc;

    /**
     * A network.
     *
     * @param channels of the images
     * @param width channels of the first stage; each further one has twice as many, at half the
     *     extents
     * @param blocks of each stage
     * @param bottleneck whether blocks are 1×1, 3×3 and 1×1 convolutions, the last of four times
     *     the channels, in place of two of 3×3
     * @param large whether images are large: the stem is then 7×7 with a stride of 2 and pools
     * @param classes of the result
     */
    public ResNet(
            int channels,
            int width,
            List<Integer> blocks,
            boolean bottleneck,
            boolean large,
            int classes) {
        if (blocks.isEmpty() || blocks.stream().anyMatch(n -> n < 1)) {
            throw new IllegalArgumentException(
                    "ResNet: needs at least one stage, and one block in each, got %s"
                            .formatted(blocks));
        }
        conv1 = large ? convolution(channels, width, 7, 2) : convolution(channels, width, 3, 1);
        bn1 = new BatchNorm(width);
        pools = large;
        int before = width;
        for (int stage = 0; stage < blocks.size(); stage++) {
            List<Block> parts = new ArrayList<>();
            for (int i = 0; i < blocks.get(stage); i++) {
                int stride = stage > 0 && i == 0 ? 2 : 1;
                Unit unit = new Unit(before, width << stage, stride, bottleneck);
                parts.add(unit);
                before = unit.outputs;
            }
            stages.add(new Sequential(parts.toArray(Block[]::new)));
        }
        fc = new Linear(before, classes);
    }

    /** ResNet-18, for images of three channels, 224×224 in the paper: 11.7 M parameters. */
    public static ResNet resNet18(int classes) {
        return new ResNet(3, 64, List.of(2, 2, 2, 2), false, true, classes);
    }

    /** ResNet-50, likewise: 25.6 M parameters. */
    public static ResNet resNet50(int classes) {
        return new ResNet(3, 64, List.of(3, 4, 6, 3), true, true, classes);
    }

    /** ResNet-20 of the paper's section 4.2, for small images: 0.27 M parameters. */
    public static ResNet small(int channels, int classes) {
        return new ResNet(channels, 16, List.of(3, 3, 3), false, false, classes);
    }

    private static Convolution convolution(int inputs, int outputs, int kernel, int stride) {
        return Convolution.conv2d(inputs, outputs, kernel)
                .stride(stride)
                .padding(kernel / 2)
                .withoutBias()
                .weight(Initializer.heNormal());
    }

    @Override
    public List<Child> children() {
        List<Child> children = new ArrayList<>();
        children.add(new Child("conv1", conv1));
        children.add(new Child("bn1", bn1));
        for (int i = 0; i < stages.size(); i++) {
            children.add(new Child("layer" + (i + 1), stages.get(i)));
        }
        children.add(new Child("fc", fc));
        return children;
    }

    @Override
    public Tensor forward(Pass pass, Tensor x) {
        Tensor y = pass.apply(bn1, pass.apply(conv1, x)).relu();
        if (pools) {
            y = Pooling.max(y, PoolWindow.of(3, 3).stride(2).padding(1)).values();
        }
        for (Sequential stage : stages) {
            y = pass.apply(stage, y);
        }
        return pass.apply(fc, y.mean(2, 3));
    }

    /** Convolutions with what they took added, by a convolution of 1×1 where extents change. */
    private static final class Unit implements Layer {
        private final List<Convolution> convolutions = new ArrayList<>();
        private final List<BatchNorm> norms = new ArrayList<>();
        private final List<Sequential> downsample = new ArrayList<>();
        private final int outputs;

        Unit(int inputs, int width, int stride, boolean bottleneck) {
            outputs = bottleneck ? 4 * width : width;
            if (bottleneck) {
                convolutions.add(convolution(inputs, width, 1, 1));
                convolutions.add(convolution(width, width, 3, stride));
                convolutions.add(convolution(width, outputs, 1, 1));
            } else {
                convolutions.add(convolution(inputs, width, 3, stride));
                convolutions.add(convolution(width, width, 3, 1));
            }
            convolutions.forEach(each -> norms.add(new BatchNorm(each.outputs())));
            if (stride != 1 || inputs != outputs) {
                downsample.add(
                        new Sequential(
                                convolution(inputs, outputs, 1, stride), new BatchNorm(outputs)));
            }
        }

        @Override
        public String describe() {
            return "ResNetBlock(" + outputs + ")";
        }

        @Override
        public List<Child> children() {
            List<Child> children = new ArrayList<>();
            for (int i = 0; i < convolutions.size(); i++) {
                children.add(new Child("conv" + (i + 1), convolutions.get(i)));
                children.add(new Child("bn" + (i + 1), norms.get(i)));
            }
            downsample.forEach(each -> children.add(new Child("downsample", each)));
            return children;
        }

        @Override
        public Tensor forward(Pass pass, Tensor x) {
            Tensor y = x;
            for (int i = 0; i < convolutions.size(); i++) {
                y = pass.apply(norms.get(i), pass.apply(convolutions.get(i), y));
                y = i < convolutions.size() - 1 ? y.relu() : y;
            }
            Tensor kept = downsample.isEmpty() ? x : pass.apply(downsample.getFirst(), x);
            return y.add(kept).relu();
        }
    }
}
