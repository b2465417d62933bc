package dev.weft.gpu;

import dev.weft.DType;
import dev.weft.backend.DeviceOutOfMemoryException;
import dev.weft.backend.Reserve;
import dev.weft.backend.View;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What every kernel call goes through: looks kernels up, collects their arguments, and enqueues.
 */
final class Launcher {
    private static final int COUNTER_BYTES = 64;

    /** Kernels count in ints, which they may round up and step beyond. */
    private static final long MOST = Integer.MAX_VALUE - 0xFFFF;

    private final GpuDriver driver;
    private final GroupSizes sizes;
    private final Arguments arguments = new Arguments();
    private final List<Scratch> scratches = new ArrayList<>();
    private final long finished;
    private Reserve reserve = new Reserve(() -> {});
    private final long most;

    Launcher(GpuDriver driver) {
        this(driver, MOST);
    }

    /** With another bound than {@link #MOST}. */
    Launcher(GpuDriver driver, long most) {
        this.driver = driver;
        this.most = most;
        sizes = GroupSizes.of(driver.traits());
        finished = driver.allocate(COUNTER_BYTES);
        driver.write(MemorySegment.ofArray(new byte[COUNTER_BYTES]), finished, 0);
    }

    /** What is given up where there is no memory. */
    void reserve(Reserve given) {
        reserve = given;
    }

    /**
     * Scratch memory.
     *
     * @param operation for messages
     */
    long allocate(long bytes, String operation) {
        try {
            return reserve.allocate(() -> driver.allocate(bytes));
        } catch (DeviceOutOfMemoryException e) {
            throw new DeviceOutOfMemoryException(
                    "%s: %s: no memory for its scratch memory: close tensors that are no longer used, or work on fewer elements at once"
                            .formatted(operation, e.getMessage()),
                    e);
        }
    }

    GpuDriver driver() {
        return driver;
    }

    GpuTraits traits() {
        return driver.traits();
    }

    /** A kernel whose work-items share nothing. */
    Kernel items(KernelFile file, DType dtype, String name) {
        return new Kernel(file, name, sizes.defines(dtype), sizes.items());
    }

    /** A kernel whose groups work together. */
    Kernel together(KernelFile file, DType dtype, String name) {
        return new Kernel(file, name, sizes.defines(dtype), sizes.group());
    }

    /** A kernel whose groups have a size of their own. */
    Kernel grouped(KernelFile file, DType dtype, String name, int group) {
        return new Kernel(file, name, sizes.defines(dtype), group);
    }

    /** The kernel that does what comes behind a product of this type, where c has that type. */
    Kernel epilogue(DType dtype, DType c) {
        Map<String, String> defines = Gemm.defines(dtype, c, sizes.defines(dtype));
        return new Kernel(KernelFile.EPILOGUE, "gemm_epilogue", defines, sizes.items());
    }

    /** The most elements, of operands with gaps, or results of one launch: more takes several. */
    long most() {
        return most;
    }

    /** Elements of a group where the kernel takes a span of them. */
    long span() {
        return (long) sizes.group() * sizes.span();
    }

    /** Memory that counts the groups of a launch which have finished, 0 between launches. */
    long finished() {
        return finished;
    }

    /** Calls the driver, and once more where it had no memory and the reserve was given up. */
    <T> T withReserve(Supplier<T> call) {
        return reserve.allocate(call);
    }

    /**
     * Memory between the launches of a call.
     *
     * @param operation for messages
     */
    Scratch scratch(String operation) {
        Scratch scratch = new Scratch(this, operation);
        scratches.add(scratch);
        return scratch;
    }

    /** Frees it. */
    void close(Scratch scratch) {
        scratches.remove(scratch);
        scratch.close();
    }

    /**
     * Leaves the memory of all scratches to the caller, who releases it: launches that were
     * recorded have it as their operands.
     */
    List<Long> leaveScratches() {
        return scratches.stream().map(Scratch::leave).filter(memory -> memory != 0).toList();
    }

    /** Starts a call: the arguments, empty. */
    Arguments begin() {
        return arguments.clear();
    }

    /** The arguments so far. */
    Arguments arguments() {
        return arguments;
    }

    /** Enqueues the kernel with the arguments since {@link #begin}, one work-item to an item. */
    void items(Kernel kernel, long items) {
        groups(kernel, Math.ceilDiv(items, (long) kernel.group()), 1, 1);
    }

    /** Enqueues the kernel with the arguments since {@link #begin}, one span to a group. */
    void spans(Kernel kernel, long elements) {
        groups(kernel, Math.ceilDiv(elements, span()), 1, 1);
    }

    /** Enqueues the kernel with the arguments since {@link #begin}. */
    void groups(Kernel kernel, long x, long y, long z) {
        driver.launch(kernel.handle(driver), arguments, kernel.group(), x, y, z);
    }

    /** Adds a dense operand, from element {@code from} of the view on. */
    static void dense(Arguments arguments, View view, long from) {
        arguments.memory(GpuBuffer.memory(view)).i64(view.offset() + from);
    }

    void close() {
        driver.release(finished);
    }
}
