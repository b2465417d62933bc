package dev.weft.gpu;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The kernel files and the kernels in each: the catalog that a call's kernel is looked up in. What
 * is named here and missing in the file, or the other way round, is a test failure.
 */
public enum KernelFile {
    /** Copying, converting, filling, transposing. */
    COPY(withStrided("copy", "f32_to_i32", "i32_to_f32", "fill"), List.of("transpose")),
    /** y = f(x). */
    UNARY(
            withStrided(
                    "affine",
                    "neg",
                    "abs_value",
                    "exp_value",
                    "log_value",
                    "sqrt_value",
                    "square",
                    "relu",
                    "leaky_relu",
                    "elu",
                    "sigmoid",
                    "tanh_value",
                    "gelu_erf",
                    "gelu_tanh",
                    "silu",
                    "softplus",
                    "clamp_value"),
            withStrided("affine_i32", "neg_i32", "abs_i32", "square_i32", "relu_i32", "clamp_i32")),
    /** dx = dy f'(x). */
    UNARY_GRAD(
            withStrided(
                    "abs_grad",
                    "sqrt_grad",
                    "square_grad",
                    "relu_grad",
                    "leaky_relu_grad",
                    "elu_grad",
                    "sigmoid_grad",
                    "tanh_grad",
                    "gelu_erf_grad",
                    "gelu_tanh_grad",
                    "silu_grad",
                    "softplus_grad",
                    "clamp_grad")),
    /** y = f(a, b), and its gradients. */
    BINARY(
            withStrided(
                    "add",
                    "sub",
                    "mul",
                    "div_value",
                    "pow_value",
                    "min_value",
                    "max_value",
                    "equal"),
            withStrided(
                    "add_i32", "sub_i32", "mul_i32", "div_i32", "min_i32", "max_i32", "equal_i32"),
            withStrided(
                    "div_grad_b",
                    "pow_grad_a",
                    "pow_grad_b",
                    "unless_greater_grad",
                    "unless_less_grad")),
    /** Elementwise losses and their gradients. */
    LOSS(
            Stream.of(
                            "squared_error",
                            "absolute_error",
                            "huber",
                            "binary_cross_entropy",
                            "binary_cross_entropy_logits",
                            "categorical_cross_entropy")
                    .flatMap(name -> withStrided(name, name + "_grad").stream())
                    .toList()),
    /** Sums, extremes and counts over axes. */
    REDUCE(
            itemsAndGroups("sum", "max", "min", "sum_i32", "max_i32", "min_i32"),
            withStrided("count_non_finite"),
            List.of("count_unfit")),
    /** Softmax, cross-entropy, argmax. */
    ROWS(
            itemsAndGroups(
                    "softmax",
                    "softmax_grad",
                    "cross_entropy",
                    "cross_entropy_weights",
                    "argmax",
                    "argmax_i32")),
    /** Selecting by index. */
    INDICES(List.of("gather", "scatter_add_columns", "scatter_add_rows", "pick", "unpick")),
    /** Optimizers' updates. */
    UPDATE(List.of("sgd", "sgd_momentum", "adam", "rms_prop")),
    /** Dropout's masks. */
    DROPOUT(List.of("dropout_mask")),
    /** c = epilogue(c), where a library has made the product. */
    EPILOGUE(List.of("gemm_epilogue")),
    /** c = epilogue(alpha a b + beta c) on a CPU, small products of rows, and packing. */
    GEMM_CPU(List.of("gemm_cpu", "gemm_cpu_dot", "gemm_cpu_pack")),
    /** The same on any device. */
    GEMM_TILED(List.of("gemm_tiled")),
    /** The same on a GPU. */
    GEMM_GPU(List.of("gemm_gpu"));

    private static final String FOLDER = "kernels/";

    @SuppressWarnings("ImmutableEnumChecker") // List.of and Stream.toList are
    private final List<String> kernels;

    @SafeVarargs
    @SuppressWarnings("varargs")
    KernelFile(List<String>... kernels) {
        this.kernels = Stream.of(kernels).flatMap(List::stream).toList();
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

    /** The kernels in this file. */
    public List<String> kernels() {
        return kernels;
    }

    /**
     * Every set of constants that this file is compiled with on such a device: one program each.
     * What is compiled ahead is compiled with each of them.
     */
    List<Map<String, String>> variants(GpuTraits traits) {
        return switch (this) {
            case GEMM_CPU, GEMM_TILED, GEMM_GPU ->
                    GemmVariant.candidates(traits).stream()
                            .filter(variant -> variant.file() == this)
                            .map(GemmVariant::defines)
                            .distinct()
                            .toList();
            case COPY,
                    UNARY,
                    UNARY_GRAD,
                    BINARY,
                    LOSS,
                    REDUCE,
                    ROWS,
                    INDICES,
                    UPDATE,
                    DROPOUT,
                    EPILOGUE ->
                    List.of(GroupSizes.of(traits).defines());
        };
    }

    /** The file's name. */
    public String fileName() {
        return name().toLowerCase(java.util.Locale.ROOT) + ".cl";
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
