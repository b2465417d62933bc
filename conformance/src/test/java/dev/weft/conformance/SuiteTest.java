package dev.weft.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Shape;
import dev.weft.backend.Backend;
import dev.weft.backend.ForwardingBackend;
import dev.weft.backend.KernelCall;
import dev.weft.backend.View;
import dev.weft.reference.ReferenceBackend;

import org.junit.jupiter.api.Test;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The suite itself: which calls of which types it makes, and what it lets pass. */
class SuiteTest {
    /** For every type; the others of {@link #ARITHMETIC} for all but BOOL. */
    private static final Set<String> MOVES =
            Set.of("Fill", "Copy", "Where", "Gather", "TakeAlong", "ScatterAlong");

    private static final Set<String> ARITHMETIC =
            Set.of("Unary", "Binary", "Compare", "Reduce", "Scan", "Sort", "ArgReduce");

    /** Notes which calls are made, with the types of their operands. */
    private static final class Noting extends ForwardingBackend {
        private final Set<String> calls = new TreeSet<>();

        Noting(Backend backend) {
            super(backend);
        }

        @Override
        public void run(KernelCall call) {
            Stream.of(call.reads(), call.writes())
                    .flatMap(Collection::stream)
                    .forEach(view -> calls.add(name(call.getClass(), view.dtype())));
            super.run(call);
        }
    }

    private static String name(Class<?> call, DType dtype) {
        return call.getSimpleName() + " of " + dtype;
    }

    /** The first case of each group. */
    private static List<KernelCase> cases(DType dtype) {
        return Stream.of(
                        ElementwiseKernels.of(dtype),
                        GemmKernels.of(dtype),
                        ReductionKernels.of(dtype),
                        ScanKernels.of(dtype),
                        ConvolutionKernels.of(dtype),
                        SortKernels.of(dtype),
                        PoolKernels.of(dtype),
                        NormalizationKernels.of(dtype),
                        LossKernels.of(dtype),
                        IndexKernels.of(dtype),
                        UpdateKernels.of(dtype))
                .flatMap(List::stream)
                .collect(Collectors.toMap(KernelCase::group, c -> c, (a, _) -> a))
                .values()
                .stream()
                .toList();
    }

    @Test
    void everyKernelIsCalledWithEveryTypeThatItIsDefinedFor() {
        Noting noting = new Noting(new ReferenceBackend());
        Set<String> missing = new TreeSet<>();
        for (DType dtype : DType.values()) {
            cases(dtype).forEach(c -> c.check(noting, new ReferenceBackend(), Seed.value()));
            for (Class<?> call : KernelCall.class.getPermittedSubclasses()) {
                boolean defined =
                        MOVES.contains(call.getSimpleName())
                                || (dtype != DType.BOOL
                                        && ARITHMETIC.contains(call.getSimpleName()))
                                || dtype.isFloating();
                if (defined) {
                    missing.add(name(call, dtype));
                }
            }
        }
        missing.removeAll(noting.calls);
        assertEquals(Set.of(), missing);
    }

    /** Refuses every call with an operand of a type. */
    private static final class Without extends ForwardingBackend {
        private final DType lacking;

        Without(DType lacking) {
            super(new ReferenceBackend());
            this.lacking = lacking;
        }

        @Override
        public boolean supports(KernelCall call) {
            return Stream.of(call.reads(), call.writes())
                    .flatMap(Collection::stream)
                    .map(View::dtype)
                    .noneMatch(dtype -> dtype == lacking);
        }

        @Override
        public void run(KernelCall call) {
            assertTrue(supports(call), call::name);
            super.run(call);
        }
    }

    @Test
    void hardwareMayLackOneTypeAndThenAllOfIt() {
        for (DType dtype : DType.values()) {
            try (Device reference = new Device(new ReferenceBackend());
                    Device without = new Device(new Without(dtype))) {
                Backend tested = without.backend();
                List<KernelCase> cases = Sample.of(cases(dtype), 12);
                assertFalse(cases.isEmpty());
                for (KernelCase c : cases) {
                    if (dtype == DType.F64) {
                        c.check(tested, reference.backend(), Seed.value());
                    } else {
                        assertThrows(
                                AssertionError.class,
                                () -> c.check(tested, reference.backend(), Seed.value()),
                                c::group);
                    }
                }
            }
        }
    }

    /** What is rounded once more is held to both roundings, and not to less. */
    @Test
    void narrowResultsAreHeldToTheTypeThatIsComputedIn() {
        Bound three = Bound.ulp(3);
        double tie = 1 + 0x1p-11;
        assertTrue(three.holds(DType.F16, 0, tie, 1));
        assertTrue(three.holds(DType.F16, 0, tie, 1 + 0x1p-10));
        assertTrue(three.holds(DType.F16, 0, 1.3, FloatFormat.of(DType.F16).round(1.3)));
        assertFalse(three.holds(DType.F16, 0, 1.3, FloatFormat.of(DType.F16).round(1.302)));
        assertFalse(Bound.EXACT.holds(DType.F16, 0, Math.nextUp(tie), 1));
        assertFalse(three.holds(DType.F64, 0, 1, 1 + 7 * 0x1p-52));
        assertTrue(three.holds(DType.F64, 0, 1, 1 + 6 * 0x1p-52));
        assertFalse(three.holds(DType.F32, 0, 1, 1 + 4 * 0x1p-23));
    }

    @Test
    void strayWritesAreFound() {
        for (DType dtype : DType.values()) {
            KernelCase stray =
                    new KernelCase(
                            "stray",
                            dtype.toString(),
                            side -> {
                                View y = side.output(dtype, Shape.of(8), Bound.EXACT);
                                long[] strides = {1};
                                for (long start : new long[] {3, 4, 5, 6}) {
                                    View wide =
                                            new View(
                                                    y.buffer(),
                                                    Shape.of(8),
                                                    strides,
                                                    y.offset() + start);
                                    side.run(new KernelCall.Fill(1, wide));
                                }
                                side.run(new KernelCall.Fill(1, y));
                            });
            AssertionError error =
                    assertThrows(
                            AssertionError.class,
                            () ->
                                    stray.check(
                                            new ReferenceBackend(),
                                            new ReferenceBackend(),
                                            Seed.value()));
            assertTrue(String.valueOf(error.getMessage()).contains("stray write"), error::toString);
        }
    }
}
