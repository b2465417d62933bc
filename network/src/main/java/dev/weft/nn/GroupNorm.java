package dev.weft.nn;

import dev.weft.Normalizations;
import dev.weft.Tensor;

import java.util.List;

/**
 * {@link Normalizations#groupNorm}, with a weight and a bias for each channel.
 *
 * @param groups a divisor of the number of channels
 * @param channels axis 1
 * @param eps added to the variance
 */
public record GroupNorm(int groups, int channels, double eps) implements Layer {
    /** Checks that the groups divide the channels. */
    public GroupNorm {
        if (groups < 1 || channels < 1 || channels % groups != 0) {
            throw new IllegalArgumentException(
                    "GroupNorm: %d groups of %d channels: they must divide them"
                            .formatted(groups, channels));
        }
    }

    /** With an eps of 1e-5, as in PyTorch. */
    public GroupNorm(int groups, int channels) {
        this(groups, channels, 1e-5);
    }

    @Override
    public String describe() {
        return "GroupNorm(" + groups + ", " + channels + ")";
    }

    @Override
    public List<ParameterSpec> parameters() {
        return Scales.ofChannels(channels);
    }

    @Override
    public Tensor forward(Pass pass, Tensor x) {
        Scales.checkChannels(describe(), x, channels);
        return Normalizations.groupNorm(
                x, groups, pass.get(this, "weight"), pass.get(this, "bias"), eps);
    }
}
