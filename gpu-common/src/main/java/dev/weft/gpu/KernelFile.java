package dev.weft.gpu;

import dev.weft.DType;
import dev.weft.backend.BinaryOp;
import dev.weft.backend.CompareOp;
import dev.weft.backend.LossOp;
import dev.weft.backend.UnaryOp;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The kernel files, the types that each is compiled for, and the kernels in it then: the catalog
 * that a call's kernel is looked up in. What is named here and missing in the file, or the other
 * way round, is a test failure.
 */
public enum KernelFile {
    /** Moving elements as they are, by their width: the first type of each stands for it. */
    COPY(
            of(
                    List.of(DType.U8, DType.F16, DType.I32, DType.I64),
                    withStrided("copy", "fill", "where"),
                    List.of("gather", "transpose", "take_along"),
                    itemsAndGroups("put_along"))),
    /** Converting, from the type that it is compiled for. */
    CONVERT(conversions()),
    /** y = f(x). */
    UNARY(
            floats(functions("unary_", UnaryOp.values(), op -> op.supports(DType.F32))),
            integers(functions("unary_", UnaryOp.values(), op -> op.supports(DType.I32)))),
    /** dx = dy f'(x). */
    UNARY_GRAD(
            floats(
                    functions(
                            "unary_grad_",
                            UnaryOp.values(),
                            op -> op.hasGradKernel() && !ElementwiseKernels.gradIsAnother(op)))),
    /** y = f(a, b), and its gradients; comparisons, also of bytes, for BOOL. */
    BINARY(
            of(
                    List.of(DType.F32, DType.F64, DType.I32, DType.I64, DType.U8),
                    functions("compare_", CompareOp.values(), _ -> true)),
            floats(functions("binary_", BinaryOp.values(), op -> op.supports(DType.F32))),
            integers(functions("binary_", BinaryOp.values(), op -> op.supports(DType.I32))),
            floats(
                    withStrided(
                            "div_grad_b",
                            "pow_grad_a",
                            "pow_grad_b",
                            "unless_greater_grad",
                            "unless_less_grad"))),
    /** Elementwise losses and their gradients. */
    LOSS(
            floats(
                    Stream.of(LossOp.values())
                            .map(op -> name("loss_", op))
                            .flatMap(name -> withStrided(name, name + "_grad").stream())
                            .toList())),
    /** Sums, extremes and counts over axes. */
    REDUCE(
            numbers(itemsAndGroups("sum", "prod", "max", "min")),
            floats(withStrided("count_non_finite"), List.of("count_unfit"))),
    /** Sums and products of what stands up to each element. */
    SCAN(numbers(itemsAndGroups("sum", "prod"))),
    /** Lines in order. */
    SORT(numbers(List.of("sort_runs", "sort_merge"))),
    /** Softmax, cross-entropy, argmax and argmin. */
    ROWS(
            numbers(itemsAndGroups("arg_reduce")),
            floats(
                    itemsAndGroups(
                            "softmax", "softmax_grad", "cross_entropy", "cross_entropy_weights"))),
    /** Adding up by index. */
    INDICES(
            floats(List.of("scatter_add_columns", "scatter_add_rows")),
            numbers(itemsAndGroups("add_along"))),
    /** Pooling and its gradients. */
    POOL(floats(List.of("max_pool", "max_pool_grad", "average_pool", "average_pool_grad"))),
    /** Convolutions and their gradients. */
    CONVOLUTION(floats(List.of("correlate"))),
    /** Optimizers' updates. */
    UPDATE(
            floats(
                    List.of(
                            "sgd",
                            "sgd_momentum",
                            "adam",
                            "adam_amsgrad",
                            "nadam",
                            "radam",
                            "adamax",
                            "rms_prop",
                            "rms_prop_general",
                            "adagrad",
                            "adadelta",
                            "lion"))),
    /** Dropout's masks. */
    DROPOUT(floats(List.of("dropout_mask"))),
    /** c = epilogue(c), where a library has made the product. */
    EPILOGUE(floats(List.of("gemm_epilogue")), halves(List.of("gemm_epilogue"))),
    /** c = epilogue(alpha a b + beta c) on a CPU, small products of rows, and packing. */
    GEMM_CPU(
            floats(List.of("gemm_cpu", "gemm_cpu_dot", "gemm_cpu_pack")),
            halves(List.of("gemm_cpu", "gemm_cpu_pack"))),
    /** The same on any device. */
    GEMM_TILED(floats(List.of("gemm_tiled")), halves(List.of("gemm_tiled"))),
    /** The same on a GPU. */
    GEMM_GPU(floats(List.of("gemm_gpu")), halves(List.of("gemm_gpu")));

    private static final String FOLDER = "kernels/";

    /** The constant that says which type a file is compiled for. */
    static final String DTYPE = "DTYPE";

    @SuppressWarnings("ImmutableEnumChecker") // filled here, and never again
    private final Map<DType, List<String>> kernels = new EnumMap<>(DType.class);

    KernelFile(Programs... programs) {
        for (Programs some : programs) {
            for (DType dtype : some.dtypes) {
                kernels.computeIfAbsent(dtype, _ -> new ArrayList<>()).addAll(some.kernels);
            }
        }
    }

    /** Kernels that a file has where it is compiled for one of some types. */
    private record Programs(List<DType> dtypes, List<String> kernels) {}

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static Programs of(List<DType> dtypes, List<String>... kernels) {
        return new Programs(dtypes, Stream.of(kernels).flatMap(List::stream).toList());
    }

    @SafeVarargs
    private static Programs floats(List<String>... kernels) {
        return of(List.of(DType.F32, DType.F64), kernels);
    }

    @SafeVarargs
    private static Programs integers(List<String>... kernels) {
        return of(List.of(DType.I32, DType.I64), kernels);
    }

    @SafeVarargs
    private static Programs numbers(List<String>... kernels) {
        return of(List.of(DType.F32, DType.F64, DType.I32, DType.I64), kernels);
    }

    @SafeVarargs
    private static Programs halves(List<String>... kernels) {
        return of(List.of(DType.F16, DType.BF16), kernels);
    }

    /** The kernel of a function, which is named as its constant is. */
    static String name(String prefix, Enum<?> op) {
        return prefix + op.name().toLowerCase(Locale.ROOT);
    }

    /** The kernels of those functions that are there, each with a variant for any strides. */
    private static <E extends Enum<E>> List<String> functions(
            String prefix, E[] ops, Predicate<E> isThere) {
        return withStrided(
                Stream.of(ops).filter(isThere).map(op -> name(prefix, op)).toArray(String[]::new));
    }

    /** Each with a variant for any strides. */
    private static List<String> withStrided(String... names) {
        return Stream.of(names).flatMap(name -> Stream.of(name, name + "_strided")).toList();
    }

    /** Each in a variant for one item and one for one group to a result. */
    private static List<String> itemsAndGroups(String... names) {
        return Stream.of(names)
                .flatMap(name -> Stream.of(name + "_items", name + "_groups"))
                .toList();
    }

    /** From each type, whose bits of BOOL are those of U8, a kernel to every other. */
    private static Programs[] conversions() {
        return Stream.of(DType.values())
                .filter(from -> from != DType.BOOL)
                .map(from -> of(List.of(from), withStrided(targets(from))))
                .toArray(Programs[]::new);
    }

    private static String[] targets(DType from) {
        return Stream.of(DType.values())
                .filter(to -> to != from)
                .map(KernelFile::conversion)
                .toArray(String[]::new);
    }

    /** The kernel that converts to a type. */
    static String conversion(DType to) {
        return name("to_", to);
    }

    /** The types that the file is compiled for. */
    public Set<DType> dtypes() {
        return Collections.unmodifiableSet(kernels.keySet());
    }

    /** The kernels in the file where it is compiled for this type; none where it never is. */
    public List<String> kernels(DType dtype) {
        return Collections.unmodifiableList(kernels.getOrDefault(dtype, List.of()));
    }

    /**
     * Every set of constants that this file is compiled with on such a device: one program each.
     * What is compiled ahead is compiled with each of them.
     */
    List<Map<String, String>> variants(GpuTraits traits) {
        return dtypes().stream().flatMap(dtype -> variants(traits, dtype)).toList();
    }

    private Stream<Map<String, String>> variants(GpuTraits traits, DType dtype) {
        Map<String, String> sizes = GroupSizes.of(traits).defines(dtype);
        return switch (this) {
            case GEMM_CPU, GEMM_TILED, GEMM_GPU ->
                    GemmVariant.candidates(traits, dtype).stream()
                            .filter(variant -> variant.file() == this)
                            .flatMap(
                                    variant ->
                                            Gemm.results(dtype).stream()
                                                    .map(c -> variant.defines(dtype, c)))
                            .distinct();
            case EPILOGUE -> Gemm.results(dtype).stream().map(c -> Gemm.defines(dtype, c, sizes));
            case COPY,
                    CONVERT,
                    UNARY,
                    UNARY_GRAD,
                    BINARY,
                    LOSS,
                    REDUCE,
                    SCAN,
                    SORT,
                    ROWS,
                    INDICES,
                    POOL,
                    CONVOLUTION,
                    UPDATE,
                    DROPOUT ->
                    Stream.of(sizes);
        };
    }

    /** The file's name. */
    public String fileName() {
        return name().toLowerCase(Locale.ROOT) + ".cl";
    }

    /** The file behind portability.h and functions.h, to be compiled with these constants. */
    public KernelSource source(Map<String, String> defines) {
        return new KernelSource(
                fileName(),
                read("portability.h") + "\n" + read("functions.h") + "\n" + read(fileName()),
                defines);
    }

    private static String read(String name) {
        try (InputStream in = KernelFile.class.getResourceAsStream(FOLDER + name)) {
            if (in == null) {
                throw new IllegalStateException("the kernel file " + name + " is not in the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
