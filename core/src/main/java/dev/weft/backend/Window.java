package dev.weft.backend;

/**
 * Where the windows of pooling lie: along the last three axes of a view, of which those that are
 * not pooled have windows of one element. Every window holds at least one element.
 */
public record Window(Axis depth, Axis rows, Axis columns) {
    /**
     * The windows along an axis: window o has the elements {@code o stride - before + k dilation},
     * for k in [0, size), as far as they are there.
     *
     * @param size elements of a window, those in the padding too
     * @param stride from the start of a window to that of the next
     * @param dilation from an element of a window to the next
     * @param before padding before the first element
     * @param after padding behind the last
     */
    public record Axis(int size, int stride, int dilation, int before, int after) {
        /** One element to a window. */
        public static final Axis NONE = new Axis(1, 1, 1, 0, 0);

        /** Where window o begins, be it in the padding. */
        public long start(long o) {
            return o * stride - before;
        }

        /** The first k of window o whose element is there. */
        public int from(long o) {
            return (int) Math.ceilDiv(Math.max(0, -start(o)), (long) dilation);
        }

        /** The k of window o behind the last whose element is before {@code extent}. */
        public int until(long o, long extent) {
            return Math.clamp(Math.ceilDiv(extent - start(o), (long) dilation), 0, size);
        }

        /**
         * What the elements of window o count: those that are there, or where it is padded those in
         * the padding too.
         */
        public int count(long o, long extent, boolean padded) {
            return padded ? until(o, extent + after) : until(o, extent) - from(o);
        }

        /** The first window that may hold an element; {@link #holds} says whether it does. */
        public long first(long element) {
            return Math.max(0, Math.ceilDiv(element + before - (size - 1L) * dilation, stride));
        }

        /** The last of {@code windows} that may hold an element. */
        public long last(long element, long windows) {
            return Math.min(windows - 1, (element + before) / stride);
        }

        /** Whether a window from {@link #first} to {@link #last} holds an element. */
        public boolean holds(long o, long element) {
            return (element - start(o)) % dilation == 0;
        }
    }
}
