package dev.weft.nn;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.autograd.Tape;
import dev.weft.random.Philox;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * All parameters of a network in one flat buffer, and their gradients in another, so that an
 * optimizer's update is one kernel. Each parameter starts at a multiple of 64 bytes; the gaps are
 * zero in both and stay so, since an update of a zero by a zero gradient is zero for every rule.
 */
public final class Parameters {
    private static final int ALIGNMENT = 64 / Float.BYTES;

    private final Tensor values;
    private final Tensor gradients;
    private final List<Parameter> list = new ArrayList<>();
    private final List<ParameterSpec> specs;
    private final List<Tensor> views;
    private long count;

    /**
     * Allocates in the innermost open scope, and initialises each parameter from its own stream.
     */
    Parameters(Device device, List<ParameterSpec> specs, long seed) {
        long total = 0;
        for (ParameterSpec spec : specs) {
            total += aligned(spec.shape().size());
        }
        float[] initial = new float[Math.toIntExact(total)];
        int start = 0;
        for (int i = 0; i < specs.size(); i++) {
            ParameterSpec spec = specs.get(i);
            float[] drawn = new float[Math.toIntExact(spec.shape().size())];
            spec.initializer().fill(drawn, spec.shape(), spec.inputs(), Philox.stream(seed, i));
            System.arraycopy(drawn, 0, initial, start, drawn.length);
            start += (int) aligned(drawn.length);
        }
        values = device.upload(DType.F32, MemorySegment.ofArray(initial), Shape.of(total));
        gradients = device.zeros(total);
        values.named("parameters");
        this.specs = specs;
        List<Tensor> derivatives = split(gradients);
        views = split(values);
        for (int i = 0; i < specs.size(); i++) {
            String name = specs.get(i).name();
            views.get(i).named(name);
            derivatives.get(i).named("gradient of " + name);
            list.add(new Parameter(name, views.get(i), derivatives.get(i)));
            count += views.get(i).size();
        }
    }

    /** Views of a flat buffer that is laid out as the values, one for each parameter. */
    public List<Tensor> split(Tensor flat) {
        List<Tensor> parts = new ArrayList<>();
        long offset = 0;
        for (ParameterSpec spec : specs) {
            long size = spec.shape().size();
            parts.add(flat.slice(0, offset, offset + size).reshape(spec.shape().toArray()));
            offset += aligned(size);
        }
        return parts;
    }

    private static long aligned(long size) {
        return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /** The values, gaps included, F32 of rank 1. */
    public Tensor values() {
        return values;
    }

    /** The gradients, gaps included, laid out as the values. */
    public Tensor gradients() {
        return gradients;
    }

    /** Each parameter, in the order of the layers. */
    public List<Parameter> list() {
        return list;
    }

    /** The values of the parameters, in the order of {@link #list}. */
    List<Tensor> views() {
        return views;
    }

    /** How many numbers the parameters are, without gaps. */
    public long count() {
        return count;
    }

    /**
     * The first parameter that is NaN or infinite, for messages: such as {@code 1.weight[3, 17] is
     * NaN}. Blocks.
     */
    public Optional<String> firstNonFinite() {
        for (Parameter parameter : list) {
            double[] numbers = parameter.value().toDoubleArray();
            for (int i = 0; i < numbers.length; i++) {
                if (!Double.isFinite(numbers[i])) {
                    return Optional.of(parameter.element(i) + " is " + numbers[i]);
                }
            }
        }
        return Optional.empty();
    }

    /** Asks the tape for every parameter's gradient, to be written to its place. */
    public void watch(Tape tape) {
        for (int i = 0; i < list.size(); i++) {
            Parameter parameter = list.get(i);
            tape.watch(parameter.value(), parameter.gradient());
        }
    }

    /**
     * The SHA-256 of the values without gaps, as little-endian F32 in order, in hexadecimal.
     * Blocks.
     */
    public String sha256() {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
        for (Parameter parameter : list) {
            float[] numbers = parameter.value().toFloatArray();
            ByteBuffer bytes =
                    ByteBuffer.allocate(numbers.length * Float.BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(numbers);
            digest.update(bytes);
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
