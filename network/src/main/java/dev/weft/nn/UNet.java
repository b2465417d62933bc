package dev.weft.nn;

import dev.weft.Positions;
import dev.weft.ShapeException;
import dev.weft.Tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * The U-Net of diffusion: noisy images batch×channels×side×side, and the step that each is at,
 * integers of batch, to the noise in them. On each level down extents halve and channels double; on
 * the way up each level takes what the way down left. Ronneberger et al. 2015, Ho et al. 2020.
 */
public final class UNet implements Block {
    private static final int GROUPS = 8;

    private final int width;
    private final int steps;
    private final Sequential time;
    private final Convolution first;
    private final List<Unit> down = new ArrayList<>();
    private final List<Convolution> halve = new ArrayList<>();
    private final Unit middle;
    private final List<TransposedConvolution> twice = new ArrayList<>();
    private final List<Unit> up = new ArrayList<>();
    private final Sequential last;

    /**
     * A network.
     *
     * @param channels of the images
     * @param width channels of the first level, a multiple of 8
     * @param levels how often extents halve
     * @param steps of the diffusion
     */
    public UNet(int channels, int width, int levels, int steps) {
        if (width < GROUPS || width % GROUPS != 0 || levels < 1 || steps < 1) {
            throw new IllegalArgumentException(
                    "UNet: the width must be a multiple of %d, and levels and steps at least 1, got %d, %d, %d"
                            .formatted(GROUPS, width, levels, steps));
        }
        this.width = width;
        this.steps = steps;
        int told = 4 * width;
        time =
                new Sequential(
                        new Linear(width, told), ActivationLayer.silu(), new Linear(told, told));
        first = Convolution.conv2d(channels, width, 3).padding(1);
        for (int level = 0; level < levels; level++) {
            int here = width << level;
            down.add(new Unit(here, here, told));
            halve.add(Convolution.conv2d(here, 2 * here, 3).stride(2).padding(1));
            twice.addFirst(TransposedConvolution.convTranspose2d(2 * here, here, 2).stride(2));
            up.addFirst(new Unit(2 * here, here, told));
        }
        int deepest = width << levels;
        middle = new Unit(deepest, deepest, told);
        last =
                new Sequential(
                        new GroupNorm(GROUPS, width),
                        ActivationLayer.silu(),
                        Convolution.conv2d(width, channels, 3).padding(1));
    }

    @Override
    public List<Child> children() {
        List<Child> children = new ArrayList<>();
        children.add(new Child("time", time));
        children.add(new Child("first", first));
        for (int i = 0; i < down.size(); i++) {
            children.add(new Child("down" + i, down.get(i)));
            children.add(new Child("halve" + i, halve.get(i)));
        }
        children.add(new Child("middle", middle));
        for (int i = 0; i < up.size(); i++) {
            children.add(new Child("twice" + i, twice.get(i)));
            children.add(new Child("up" + i, up.get(i)));
        }
        children.add(new Child("last", last));
        return children;
    }

    @Override
    public List<Tensor> forward(Pass pass, List<Tensor> inputs) {
        if (inputs.size() != 2) {
            throw new IllegalArgumentException(
                    "UNet takes images and their steps, got %d inputs".formatted(inputs.size()));
        }
        Tensor x = inputs.getFirst();
        int part = 1 << down.size();
        if (x.rank() != 4 || x.dim(2) % part != 0 || x.dim(3) % part != 0) {
            throw new ShapeException(
                    "UNet: x is %s: it must be batch×channels×rows×columns, of rows and columns that are multiples of %d"
                            .formatted(x, part));
        }
        Tensor table = Positions.sinusoidal(x.device(), x.dtype(), 0, steps, width);
        Tensor told = pass.apply(time, table.gather(inputs.get(1)));
        Tensor y = pass.apply(first, x);
        List<Tensor> left = new ArrayList<>();
        for (int i = 0; i < down.size(); i++) {
            y = pass.apply(down.get(i), List.of(y, told)).getFirst();
            left.addFirst(y);
            y = pass.apply(halve.get(i), y);
        }
        y = pass.apply(middle, List.of(y, told)).getFirst();
        for (int i = 0; i < up.size(); i++) {
            Tensor wide = Tensor.concat(1, pass.apply(twice.get(i), y), left.get(i));
            y = pass.apply(up.get(i), List.of(wide, told)).getFirst();
        }
        return List.of(pass.apply(last, y));
    }

    /** Two normalised convolutions with the step between them, and what they took added. */
    private static final class Unit implements Block {
        private final GroupNorm norm1;
        private final Convolution conv1;
        private final Linear step;
        private final GroupNorm norm2;
        private final Convolution conv2;
        private final Convolution shortcut;

        Unit(int inputs, int outputs, int told) {
            norm1 = new GroupNorm(GROUPS, inputs);
            conv1 = Convolution.conv2d(inputs, outputs, 3).padding(1);
            step = new Linear(told, outputs);
            norm2 = new GroupNorm(GROUPS, outputs);
            conv2 = Convolution.conv2d(outputs, outputs, 3).padding(1);
            shortcut = Convolution.conv2d(inputs, outputs, 1);
        }

        @Override
        public String describe() {
            return "UNetBlock(%d, %d)".formatted(shortcut.inputs(), shortcut.outputs());
        }

        @Override
        public List<Child> children() {
            return List.of(
                    new Child("norm1", norm1),
                    new Child("conv1", conv1),
                    new Child("step", step),
                    new Child("norm2", norm2),
                    new Child("conv2", conv2),
                    new Child("shortcut", shortcut));
        }

        @Override
        public List<Tensor> forward(Pass pass, List<Tensor> inputs) {
            Tensor x = inputs.get(0);
            Tensor y = pass.apply(conv1, pass.apply(norm1, x).silu());
            y = y.add(pass.apply(step, inputs.get(1).silu()).unsqueeze(-1).unsqueeze(-1));
            y = pass.apply(conv2, pass.apply(norm2, y).silu());
            return List.of(y.add(pass.apply(shortcut, x)));
        }
    }
}
