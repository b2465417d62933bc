package dev.weft.benchmarks.peers;

import dev.weft.benchmarks.library.Work;
import dev.weft.benchmarks.task.SimpleNet;
import dev.weft.benchmarks.task.TrainingStep;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.scalar.RectifiedLinear;
import org.nd4j.linalg.api.ops.impl.transforms.custom.SoftMax;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** SimpleNet's step with SGD in ND4J's arrays: forward, backward and update by hand. */
final class Nd4jTraining implements Work {
    private final List<INDArray> made = new ArrayList<>();
    private final int batch;
    private final double lr;
    private final INDArray x;
    private final INDArray target;
    private final INDArray w1;
    private final INDArray b1;
    private final INDArray w2;
    private final INDArray b2;
    private final INDArray hidden;
    private final INDArray active;
    private final INDArray logits;
    private final INDArray probabilities;
    private final INDArray dHidden;
    private final INDArray dw1;
    private final INDArray dw2;
    private double loss = Double.NaN;

    Nd4jTraining(TrainingStep task) {
        batch = task.batch();
        lr = task.lr();
        float[][] initial = SimpleNet.initial();
        int[] labels = task.labels();
        float[] oneHot = new float[batch * SimpleNet.CLASSES];
        for (int i = 0; i < batch; i++) {
            oneHot[i * SimpleNet.CLASSES + labels[i]] = 1;
        }
        x = kept(Nd4jArrays.matrix(task.images(), batch, SimpleNet.INPUTS));
        target = kept(Nd4jArrays.matrix(oneHot, batch, SimpleNet.CLASSES).dup('f'));
        w1 = kept(Nd4jArrays.matrix(initial[0], SimpleNet.HIDDEN, SimpleNet.INPUTS).dup('f'));
        b1 = kept(Nd4j.create(initial[1]));
        w2 = kept(Nd4jArrays.matrix(initial[2], SimpleNet.CLASSES, SimpleNet.HIDDEN).dup('f'));
        b2 = kept(Nd4j.create(initial[3]));
        hidden = kept(Nd4jArrays.product(batch, SimpleNet.HIDDEN));
        active = kept(Nd4jArrays.product(batch, SimpleNet.HIDDEN));
        logits = kept(Nd4jArrays.product(batch, SimpleNet.CLASSES));
        probabilities = kept(Nd4jArrays.product(batch, SimpleNet.CLASSES));
        dHidden = kept(Nd4jArrays.product(batch, SimpleNet.HIDDEN));
        dw1 = kept(Nd4jArrays.product(SimpleNet.HIDDEN, SimpleNet.INPUTS));
        dw2 = kept(Nd4jArrays.product(SimpleNet.CLASSES, SimpleNet.HIDDEN));
    }

    private INDArray kept(INDArray array) {
        made.add(array);
        return array;
    }

    @Override
    public void run() {
        Nd4j.gemm(x, w1, hidden, false, true, 1, 0);
        hidden.addiRowVector(b1);
        Nd4j.getExecutioner().exec(new RectifiedLinear(hidden, hidden));
        Nd4j.gemm(hidden, w2, logits, false, true, 1, 0);
        logits.addiRowVector(b2);
        Nd4j.exec(new SoftMax(logits, probabilities, 1));
        try (INDArray logarithms = Transforms.log(probabilities, true)) {
            loss = -logarithms.muli(target).sumNumber().doubleValue() / batch;
        }
        INDArray dLogits = probabilities.subi(target).divi(batch);
        Nd4j.gemm(dLogits, hidden, dw2, true, false, 1, 0);
        Nd4j.gemm(dLogits, w2, dHidden, false, false, 1, 0);
        // 1 where relu let its operand through.
        active.assign(hidden);
        dHidden.muli(Transforms.sign(active, false));
        Nd4j.gemm(dHidden, x, dw1, true, false, 1, 0);
        try (INDArray db1 = dHidden.sum(0);
                INDArray db2 = dLogits.sum(0)) {
            b1.subi(db1.muli(lr));
            b2.subi(db2.muli(lr));
        }
        w1.subi(dw1.muli(lr));
        w2.subi(dw2.muli(lr));
    }

    @Override
    public double[] result() {
        double[] result = {loss};
        for (INDArray parameter : List.of(w1, b1, w2, b2)) {
            double[] values = Nd4jArrays.values(parameter);
            int at = result.length;
            result = Arrays.copyOf(result, at + values.length);
            System.arraycopy(values, 0, result, at, values.length);
        }
        return result;
    }

    @Override
    public void close() {
        made.forEach(INDArray::close);
    }
}
