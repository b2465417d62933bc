package dev.weft.embeddings;

import dev.weft.Device;
import dev.weft.Tensor;

import java.io.IOException;

/** A model from tokens to vectors, confined to its device's thread. */
interface TokenModel extends AutoCloseable {
    /** What was read of a model's file. */
    @FunctionalInterface
    interface Source {
        /**
         * The model on a device.
         *
         * @throws IOException where the files do not fit each other
         */
        TokenModel on(Device device) throws IOException;
    }

    /**
     * The vectors of a batch's tokens, rows×length×width, in the innermost open scope; or those of
     * its texts, rows×width, where the model pools them itself.
     */
    Tensor forward(Batch batch);

    /**
     * Whether what a text gives depends on the others of its batch, and on what fills it up, as
     * where one scale quantises all of them while the model runs.
     */
    boolean mixesTexts();

    /** The numbers of a vector, or 0 where only a run shows it. */
    int width();

    /** The rows of the table of positions, or 0 where none is found. */
    int positions();

    @Override
    void close();
}
