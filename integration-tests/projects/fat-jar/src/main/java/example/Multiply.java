package example;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;

/** Multiplies two matrices on the device that is named, or on the best. */
public final class Multiply {
    private Multiply() {}

    /** With the name of a device, or without. */
    public static void main(String[] arguments) {
        try (Device device = arguments.length == 0 ? Devices.best() : Devices.open(arguments[0]);
                Scope scope = device.scope()) {
            Tensor a = device.full(0.5, Shape.of(64, 64));
            Tensor b = device.ones(64, 64);
            double c = a.matmul(b).slice(0, 0, 1).slice(1, 0, 1).item();
            System.out.println(device.info().selector() + ": " + c);
        }
    }
}
