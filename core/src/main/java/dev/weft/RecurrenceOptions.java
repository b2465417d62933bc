package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.function.UnaryOperator;

/**
 * What {@link Recurrence#unroll} is asked for beside its operands.
 *
 * @param batchFirst whether x and y are batch×steps×features, and not steps×batch×features
 * @param bidirectional whether each layer also goes from the last step to the first, with weights
 *     of its own, and gives both hidden states, one behind the other
 * @param lengths how many steps of each sequence count, from the first on; null for all
 * @param h the hidden states before the first step: (layers·directions)×batch×hidden; null for 0
 * @param c an LSTM's cell states, likewise
 * @param between what is done to the results of each layer but the last, such as dropout
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record RecurrenceOptions(
        boolean batchFirst,
        boolean bidirectional,
        int @Nullable [] lengths,
        @Nullable Tensor h,
        @Nullable Tensor c,
        UnaryOperator<Tensor> between) {
    /** Keeps the lengths as they are now. */
    public RecurrenceOptions {
        lengths = lengths == null ? null : lengths.clone();
    }

    /** Steps first, in one direction, over all steps, from states of 0. */
    public static RecurrenceOptions defaults() {
        return new RecurrenceOptions(false, false, null, null, null, y -> y);
    }

    /** Whether the batch is the first axis of x and y. */
    public RecurrenceOptions batchFirst(boolean newBatchFirst) {
        return new RecurrenceOptions(newBatchFirst, bidirectional, lengths, h, c, between);
    }

    /** Whether in both directions. */
    public RecurrenceOptions bidirectional(boolean newBidirectional) {
        return new RecurrenceOptions(batchFirst, newBidirectional, lengths, h, c, between);
    }

    /** With a length for each sequence, or null where all are whole. */
    public RecurrenceOptions lengths(int @Nullable ... newLengths) {
        return new RecurrenceOptions(batchFirst, bidirectional, newLengths, h, c, between);
    }

    /** With hidden states before the first step, or null for 0. */
    public RecurrenceOptions h(@Nullable Tensor newH) {
        return new RecurrenceOptions(batchFirst, bidirectional, lengths, newH, c, between);
    }

    /** With cell states before the first step, or null for 0. */
    public RecurrenceOptions c(@Nullable Tensor newC) {
        return new RecurrenceOptions(batchFirst, bidirectional, lengths, h, newC, between);
    }

    /** With something between the layers. */
    public RecurrenceOptions between(UnaryOperator<Tensor> newBetween) {
        return new RecurrenceOptions(batchFirst, bidirectional, lengths, h, c, newBetween);
    }

    /** How many directions there are. */
    public int directions() {
        return bidirectional ? 2 : 1;
    }
}
