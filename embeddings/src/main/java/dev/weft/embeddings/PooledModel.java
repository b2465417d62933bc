package dev.weft.embeddings;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Scope;
import dev.weft.Tensor;

/** A model from tokens to one vector for each text, on a device of its own. */
final class PooledModel implements AutoCloseable {
    private final Device device;
    private final TokenModel model;
    private final Pooling pooling;

    PooledModel(Device device, TokenModel model, Pooling pooling) {
        this.device = device;
        this.model = model;
        this.pooling = pooling;
    }

    /** What it pools. */
    TokenModel tokens() {
        return model;
    }

    /** A vector for each row. */
    float[][] run(Batch batch) {
        try (Scope _ = device.scope()) {
            Tensor y = model.forward(batch).to(DType.F32);
            float[] all = (y.rank() == 2 ? y : pooled(y, batch)).toFloatArray();
            int width = all.length / batch.rows();
            float[][] vectors = new float[batch.rows()][width];
            for (int row = 0; row < vectors.length; row++) {
                System.arraycopy(all, row * width, vectors[row], 0, width);
            }
            return vectors;
        }
    }

    private Tensor pooled(Tensor y, Batch batch) {
        if (pooling == Pooling.MAX) {
            Tensor mask = device.tensor(batch.mask(), batch.rows(), batch.length(), 1);
            return y.maskedFill(mask.logicalNot(), Double.NEGATIVE_INFINITY).max(1);
        }
        Tensor weights = device.tensor(batch.weights(pooling), batch.rows(), 1, batch.length());
        return weights.matmul(y);
    }

    @Override
    public void close() {
        try {
            model.close();
        } finally {
            device.close();
        }
    }
}
