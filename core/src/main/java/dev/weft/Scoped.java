package dev.weft;

/** What has memory on a device, owned by a {@link Scope}: a {@link Tensor}. */
public abstract class Scoped {
    Scoped() {}

    /**
     * The memory.
     *
     * @throws IllegalStateException where it was given back, or the calling thread may not use its
     *     device
     */
    abstract Storage storage();
}
