package dev.weft.benchmarks.task;

import dev.weft.Attention;
import dev.weft.AttentionOptions;
import dev.weft.Normalizations;
import dev.weft.PoolWindow;
import dev.weft.Pooling;
import dev.weft.Recurrence;
import dev.weft.RecurrenceOptions;
import dev.weft.RecurrentCell;
import dev.weft.RecurrentWeights;
import dev.weft.Shape;
import dev.weft.Tensor;

import java.util.Collections;
import java.util.List;

/** The layers that are measured by themselves. */
public enum LayerKind {
    /** Of batch×channels×rows×columns. */
    MAX_POOL("max pool 2x2", Family.POOLING),
    /** With padding of 1, as at ResNet's entrance. */
    MAX_POOL_OVERLAPPING("max pool 3x3, stride 2,", Family.POOLING),
    AVERAGE_POOL("average pool 2x2", Family.POOLING),
    /** Of batch×length×width, over the last axis. */
    LAYER_NORM("layer norm", Family.NORMALISATION),
    RMS_NORM("RMS norm", Family.NORMALISATION),
    /** Of batch×channels×rows×columns, in training. */
    BATCH_NORM("batch norm", Family.NORMALISATION),
    GROUP_NORM("group norm", Family.NORMALISATION),
    /** Of batch×heads×length×(a head's width). */
    ATTENTION("attention", Family.ATTENTION),
    CAUSAL_ATTENTION("causal attention", Family.ATTENTION),
    /** Of steps×batch×inputs, with as many hidden numbers as inputs. */
    LSTM("LSTM", Family.RECURRENCE),
    GRU("GRU", Family.RECURRENCE);

    /** Added to variances. */
    public static final double EPS = 1e-5;

    /** Of group norm. */
    public static final int GROUPS = 32;

    private enum Family {
        POOLING,
        NORMALISATION,
        ATTENTION,
        RECURRENCE
    }

    private final String title;
    private final Family family;

    LayerKind(String title, Family family) {
        this.title = title;
        this.family = family;
    }

    String title() {
        return title;
    }

    String family() {
        return switch (family) {
            case POOLING -> "pooling";
            case NORMALISATION -> "normalisation";
            case ATTENTION -> "attention, heads of one sequence";
            case RECURRENCE -> "recurrence";
        };
    }

    boolean isBoundByMemory() {
        return family == Family.POOLING || family == Family.NORMALISATION;
    }

    /** Operations of the products for y, of which each gradient has as many again. */
    double products(Shape x) {
        return switch (family) {
            case POOLING, NORMALISATION -> 0;
            case ATTENTION -> (this == ATTENTION ? 4.0 : 2.0) * x.size() * x.dim(2);
            case RECURRENCE -> 4.0 * x.size() * gates() * x.dim(2);
        };
    }

    private int gates() {
        return this == LSTM ? RecurrentCell.LSTM.gates() : RecurrentCell.GRU.gates();
    }

    /** The shape of y. */
    Shape y(Shape x) {
        return switch (this) {
            case MAX_POOL, AVERAGE_POOL -> x.with(2, x.dim(2) / 2).with(3, x.dim(3) / 2);
            case MAX_POOL_OVERLAPPING ->
                    x.with(2, (x.dim(2) - 1) / 2 + 1).with(3, (x.dim(3) - 1) / 2 + 1);
            case LAYER_NORM,
                    RMS_NORM,
                    BATCH_NORM,
                    GROUP_NORM,
                    ATTENTION,
                    CAUSAL_ATTENTION,
                    LSTM,
                    GRU ->
                    x;
        };
    }

    /** The shapes of all operands, x first. */
    List<Shape> operands(Shape x) {
        return switch (this) {
            case MAX_POOL, MAX_POOL_OVERLAPPING, AVERAGE_POOL -> List.of(x);
            case LAYER_NORM -> List.of(x, Shape.of(x.dim(2)), Shape.of(x.dim(2)));
            case RMS_NORM -> List.of(x, Shape.of(x.dim(2)));
            case BATCH_NORM, GROUP_NORM -> List.of(x, Shape.of(x.dim(1)), Shape.of(x.dim(1)));
            case ATTENTION, CAUSAL_ATTENTION -> Collections.nCopies(3, x);
            case LSTM, GRU -> {
                Shape weight = Shape.of(gates() * x.dim(2), x.dim(2));
                Shape bias = Shape.of(gates() * x.dim(2));
                yield List.of(x, weight, weight, bias, bias);
            }
        };
    }

    /** Of the operands behind x: weights of a cell are such that its gates stay open. */
    double deviation(Shape x) {
        return family == Family.RECURRENCE ? 1 / Math.sqrt((double) x.dim(2)) : 1;
    }

    /** y, by Weft, in the innermost open scope. */
    Tensor apply(List<Tensor> operands) {
        Tensor x = operands.getFirst();
        return switch (this) {
            case MAX_POOL -> Pooling.max(x, PoolWindow.of(2, 2)).values();
            case MAX_POOL_OVERLAPPING ->
                    Pooling.max(x, PoolWindow.of(3, 3).stride(2).padding(1)).values();
            case AVERAGE_POOL -> Pooling.average(x, PoolWindow.of(2, 2), true);
            case LAYER_NORM ->
                    Normalizations.layerNorm(x, -1, operands.get(1), operands.get(2), EPS);
            case RMS_NORM -> Normalizations.rmsNorm(x, -1, operands.get(1), EPS);
            case BATCH_NORM ->
                    Normalizations.batchNorm(x, operands.get(1), operands.get(2), EPS).y();
            case GROUP_NORM ->
                    Normalizations.groupNorm(x, GROUPS, operands.get(1), operands.get(2), EPS);
            case ATTENTION, CAUSAL_ATTENTION ->
                    Attention.attend(
                            x,
                            operands.get(1),
                            operands.get(2),
                            AttentionOptions.defaults().causal(this == CAUSAL_ATTENTION));
            case LSTM -> unrolled(RecurrentCell.LSTM, operands);
            case GRU -> unrolled(RecurrentCell.GRU, operands);
        };
    }

    private static Tensor unrolled(RecurrentCell cell, List<Tensor> operands) {
        RecurrentWeights weights =
                new RecurrentWeights(
                        operands.get(1), operands.get(2), operands.get(3), operands.get(4));
        return Recurrence.unroll(
                        cell, operands.getFirst(), List.of(weights), RecurrenceOptions.defaults())
                .y();
    }
}
