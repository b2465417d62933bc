package dev.weft;

import org.jspecify.annotations.Nullable;

/**
 * The weights of one layer in one direction, as PyTorch lays them out.
 *
 * @param input {@code weight_ih}: (gates·hidden)×inputs
 * @param hidden {@code weight_hh}: (gates·hidden)×hidden
 * @param inputBias {@code bias_ih}: gates·hidden, or null for 0
 * @param hiddenBias {@code bias_hh}: gates·hidden, or null for 0
 */
public record RecurrentWeights(
        Tensor input, Tensor hidden, @Nullable Tensor inputBias, @Nullable Tensor hiddenBias) {}
