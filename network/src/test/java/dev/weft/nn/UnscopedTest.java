package dev.weft.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Losses;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.autograd.Tape;
import dev.weft.backend.Backend;
import dev.weft.backend.DeviceOutOfMemoryException;
import dev.weft.data.Dataset;
import dev.weft.data.GeneratedDigits;
import dev.weft.data.InMemoryBatches;
import dev.weft.data.Normalization;
import dev.weft.optim.Optimizer;
import dev.weft.optim.OptimizerKind;
import dev.weft.reference.ReferenceBackend;

import org.junit.jupiter.api.Test;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** Networks where nobody opened a scope, and updates where a tape still reads. */
class UnscopedTest {
    private long allocationsLeft = Long.MAX_VALUE;

    /** The reference backend, until its allocations are used up. */
    private Device open() {
        Backend reference = new ReferenceBackend();
        return new Device(
                (Backend)
                        Proxy.newProxyInstance(
                                UnscopedTest.class.getClassLoader(),
                                new Class<?>[] {Backend.class},
                                (_, method, arguments) -> {
                                    if (method.getName().equals("allocate")
                                            && allocationsLeft-- <= 0) {
                                        throw new DeviceOutOfMemoryException("used up");
                                    }
                                    try {
                                        return method.invoke(reference, arguments);
                                    } catch (InvocationTargetException e) {
                                        throw e.getCause();
                                    }
                                }));
    }

    private static Sequential layers() {
        return new Sequential(
                new Linear(784, 4),
                ActivationLayer.relu(),
                new Dropout(0.5),
                new Linear(4, 10),
                new Softmax());
    }

    @Test
    void aForwardPassLeavesItsResultAlone() {
        try (Device device = open()) {
            try (Scope _ = device.scope()) {
                Network network = Network.create(device, layers(), 1);
                Tensor x = device.ones(2, 784);
                int live = device.memory().liveTensors();
                network.forward(x);
                assertEquals(live + 1, device.memory().liveTensors());
                network.train(x);
                assertEquals(live + 2, device.memory().liveTensors());
                device.trim();
                for (int n = 0; n < 3; n++) {
                    allocationsLeft = n;
                    assertThrows(DeviceOutOfMemoryException.class, () -> network.train(x));
                    allocationsLeft = Long.MAX_VALUE;
                    device.trim();
                    assertEquals(live + 2, device.memory().liveTensors());
                }
            }
            assertEquals(0, device.memory().liveTensors());
        }
    }

    @Test
    void whatCannotBeMadeAsAWholeIsNotMade() {
        Dataset digits = GeneratedDigits.generate(3, 1);
        try (Device device = open();
                Scope _ = device.scope()) {
            Parameters parameters = Network.create(device, layers(), 1).parameters();
            int live = device.memory().liveTensors();
            device.trim();
            for (int n = 0; n < 3; n++) {
                for (Runnable maker :
                        new Runnable[] {
                            () -> Network.create(device, layers(), 1),
                            () -> new Optimizer(parameters, OptimizerKind.ADAM, 0.1),
                            () ->
                                    new InMemoryBatches(
                                            device,
                                            digits.oneHotExamples(Normalization.of(digits)),
                                            2)
                        }) {
                    allocationsLeft = n;
                    assertThrows(DeviceOutOfMemoryException.class, maker::run);
                    allocationsLeft = Long.MAX_VALUE;
                    assertEquals(live, device.memory().liveTensors());
                    device.trim();
                }
            }
        }
    }

    /**
     * The second layer's old weight is part of the first one's gradient, and the step changed it.
     */
    @Test
    void gradientsAfterAStepNeedTheOldParameters() {
        try (Device device = Devices.open("reference");
                Scope _ = device.scope()) {
            Network deep =
                    Network.create(device, new Sequential(new Linear(3, 2), new Linear(2, 2)), 1);
            Network shallow = Network.create(device, new Sequential(new Linear(3, 2)), 1);
            Tensor x = device.ones(1, 3);
            Tensor target = device.zeros(1, 2);
            for (Network network : new Network[] {deep, shallow}) {
                Optimizer sgd = new Optimizer(network.parameters(), OptimizerKind.SGD, 0.1);
                try (Tape tape = new Tape(device)) {
                    network.parameters().watch(tape);
                    Tensor loss = Losses.mse(network.forward(x), target);
                    tape.gradients(loss);
                    sgd.step();
                    if (network == deep) {
                        var error =
                                assertThrows(
                                        IllegalStateException.class, () -> tape.gradients(loss));
                        assertTrue(
                                String.valueOf(error.getMessage())
                                        .startsWith(
                                                "gradients: the derivative of linear needs tensor"
                                                        + " '1.weight'"),
                                error.getMessage());
                    } else {
                        // One layer's gradient is made of its input and of what comes behind.
                        tape.gradients(loss);
                    }
                }
            }
        }
    }
}
