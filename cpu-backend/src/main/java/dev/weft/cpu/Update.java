// twin: F64
package dev.weft.cpu;

import static dev.weft.cpu.Lanes.COUNT;
import static dev.weft.cpu.Memory.WORD;

import dev.weft.backend.KernelCall;
import dev.weft.backend.View;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * Optimizer steps over flat buffers: reads the step's settings, runs the rule's loop on all
 * threads, counts the step.
 */
final class Update {
    /** Parameters of a task. */
    private static final int TASK = 1 << 14;

    private static final int SLOT = 64;

    private final WorkerPool pool;
    private final Scratch[] scratch;

    Update(WorkerPool pool, Scratch[] scratch) {
        this.pool = pool;
        this.scratch = scratch;
    }

    void run(KernelCall.Update call) {
        if (Memory.getInt(CpuBuffer.address(call.halt())) != 0) {
            return;
        }
        long counter = CpuBuffer.address(call.steps());
        float lr = Memory.getFloat(row(call.control(), counter));
        long t = Memory.getWords(counter) + 1;
        UpdateLoop loop = UpdateLoop.of(call.rule(), lr, (double) t);
        long p = CpuBuffer.address(call.p());
        long g = CpuBuffer.address(call.g());
        long first = state(call, 0);
        long second = state(call, 1);
        long third = state(call, 2);
        Pieces tasks = new Pieces(call.p().size(), TASK);
        pool.forPieces(
                tasks.count(),
                (index, worker) -> {
                    long start = tasks.start(index);
                    int count = (int) (tasks.end(index) - start);
                    int whole = count - count % COUNT;
                    long at = start * WORD;
                    loop.run(
                            p + at,
                            g + at,
                            shifted(first, at),
                            shifted(second, at),
                            shifted(third, at),
                            whole);
                    if (whole < count) {
                        long rest = at + (long) whole * WORD;
                        long memory = scratch[worker].reserve(5L * SLOT, "update");
                        tail(
                                loop,
                                p + rest,
                                g + rest,
                                shifted(first, rest),
                                shifted(second, rest),
                                shifted(third, rest),
                                count - whole,
                                memory);
                    }
                });
        Memory.setWords(counter, t);
    }

    /** count += 1 where the loss is not finite, and how many gradients the rule cannot take. */
    void countUnfit(KernelCall.CountUnfit call) {
        float l2 = (float) call.rule().penalty().l2();
        long settings = row(call.control(), CpuBuffer.address(call.steps()));
        float largest = Memory.getFloat(settings + WORD);
        View loss = call.loss();
        long p = CpuBuffer.address(call.p());
        long g = CpuBuffer.address(call.g());
        LongAdder found = new LongAdder();
        if (loss != null && !Float.isFinite(Memory.getFloat(CpuBuffer.address(loss)))) {
            found.increment();
        }
        Pieces tasks = new Pieces(call.g().size(), TASK);
        pool.forPieces(
                tasks.count(),
                (index, worker) -> {
                    long start = tasks.start(index);
                    int elements = (int) (tasks.end(index) - start);
                    long at = start * WORD;
                    found.add(UnfitLoop.count(g + at, p + at, l2, largest, elements));
                });
        long counter = CpuBuffer.address(call.count());
        Memory.setInt(
                counter, (int) Math.min(Integer.MAX_VALUE, Memory.getInt(counter) + found.sum()));
    }

    /** Where the settings of the next step are. */
    private static long row(View control, long counter) {
        long row = Memory.getWords(counter) & (control.size() / 2 - 1);
        return CpuBuffer.address(control) + row * (2L * WORD);
    }

    /** Where a state is, or 0. */
    private static long state(KernelCall.Update call, int number) {
        List<View> states = call.states();
        return number < states.size() ? CpuBuffer.address(states.get(number)) : 0;
    }

    private static long shifted(long address, long by) {
        return address == 0 ? 0 : address + by;
    }

    /** Less than a vector, by way of scratch memory. */
    private static void tail(
            UpdateLoop loop,
            long p,
            long g,
            long first,
            long second,
            long third,
            int count,
            long memory) {
        long firstAt = first == 0 ? 0 : memory + 2 * SLOT;
        long secondAt = second == 0 ? 0 : memory + 3 * SLOT;
        long thirdAt = third == 0 ? 0 : memory + 4 * SLOT;
        move(p, memory, count);
        move(g, memory + SLOT, count);
        move(first, firstAt, count);
        move(second, secondAt, count);
        move(third, thirdAt, count);
        loop.run(memory, memory + SLOT, firstAt, secondAt, thirdAt, COUNT);
        move(memory, p, count);
        move(firstAt, first, count);
        move(secondAt, second, count);
        move(thirdAt, third, count);
    }

    private static void move(long from, long to, int count) {
        if (from != 0) {
            Runs.adjacent(from, to, (long) count * WORD);
        }
    }
}
