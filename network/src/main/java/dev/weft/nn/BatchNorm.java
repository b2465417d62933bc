package dev.weft.nn;

import dev.weft.Normalizations;
import dev.weft.Shape;
import dev.weft.Tensor;

import java.util.List;

/**
 * {@link Normalizations#batchNorm(Tensor, Tensor, Tensor, double)} in training, where means and
 * variances run, and by the running ones otherwise; with a weight and a bias for each channel.
 * PyTorch's BatchNorm1d, 2d and 3d: axis 1 of any rank.
 *
 * <p>A batch counts in its running statistics with {@code momentum}; the variance as that of a
 * sample, Σ (x - mean)² / (n - 1). {@code num_batches_tracked} counts them.
 *
 * @param channels axis 1
 * @param eps added to the variance
 * @param momentum in [0, 1]
 */
public record BatchNorm(int channels, double eps, double momentum) implements Layer {
    private static final String MEAN = "running_mean";
    private static final String VARIANCE = "running_var";
    private static final String BATCHES = "num_batches_tracked";

    /** Checks the numbers. */
    public BatchNorm {
        if (channels < 1 || !(momentum >= 0 && momentum <= 1)) {
            throw new IllegalArgumentException(
                    "BatchNorm: needs at least 1 channel, and a momentum in [0, 1], got %d, %s"
                            .formatted(channels, momentum));
        }
    }

    /** With an eps of 1e-5 and a momentum of 0.1, as in PyTorch. */
    public BatchNorm(int channels) {
        this(channels, 1e-5, 0.1);
    }

    @Override
    public String describe() {
        return "BatchNorm(" + channels + ")";
    }

    @Override
    public List<ParameterSpec> parameters() {
        return Scales.ofChannels(channels);
    }

    @Override
    public List<BufferSpec> buffers() {
        return List.of(
                new BufferSpec(MEAN, Shape.of(channels), 0),
                new BufferSpec(VARIANCE, Shape.of(channels), 1),
                new BufferSpec(BATCHES, Shape.SCALAR, 0));
    }

    @Override
    public Tensor forward(Pass pass, Tensor x) {
        Scales.checkChannels(describe(), x, channels);
        Tensor weight = pass.get(this, "weight");
        Tensor bias = pass.get(this, "bias");
        Tensor mean = pass.get(this, MEAN);
        Tensor variance = pass.get(this, VARIANCE);
        if (!pass.training()) {
            return Normalizations.batchNorm(x, mean, variance, weight, bias, eps);
        }
        Normalizations.Batch batch = Normalizations.batchNorm(x, weight, bias, eps);
        double n = (double) x.size() / channels;
        pass.update(this, MEAN, running(mean, batch.mean(), 1));
        pass.update(this, VARIANCE, running(variance, batch.variance(), n / (n - 1)));
        pass.update(this, BATCHES, pass.get(this, BATCHES).add(1));
        return batch.y();
    }

    private Tensor running(Tensor before, Tensor now, double factor) {
        return before.mul(1 - momentum).add(now.mul(momentum * factor));
    }
}
