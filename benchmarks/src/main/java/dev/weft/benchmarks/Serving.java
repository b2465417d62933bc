package dev.weft.benchmarks;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.DeviceOptions;
import dev.weft.Devices;
import dev.weft.HostArray;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.nn.Bert;
import dev.weft.nn.Network;
import dev.weft.nn.NetworkPredictor;
import dev.weft.onnx.OnnxModel;
import dev.weft.onnx.OnnxPredictor;
import dev.weft.serve.Predictor;
import dev.weft.serve.PredictorOptions;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiPredicate;

/**
 * Sentences that many threads encode through one predictor, beside one thread that calls alone. The
 * encoder is an ONNX file, or a network of all-MiniLM-L6-v2's shapes with random weights.
 */
@Command(
        name = "Serving",
        description = "Encode token ids from many threads through one predictor.")
final class Serving implements Callable<Integer> {
    private static final int VOCABULARY = 30_522;
    private static final int REQUESTS = 64;
    private static final double NANOS = 1e-9;
    private static final float TOLERANCE = 1e-5f;

    @Option(names = "--onnx", description = "A model that takes int64 batch×length inputs.")
    private @Nullable Path onnx;

    @Option(names = "--callers", defaultValue = "16", description = "Threads that ask.")
    private int callers;

    @Option(names = "--workers", defaultValue = "2", description = "Threads that answer.")
    private int workers;

    @Option(names = "--threads", defaultValue = "1", description = "Threads of each worker.")
    private int threads;

    @Option(names = "--batch", defaultValue = "8", description = "The most in a batch.")
    private int batch;

    @Option(names = "--tokens", defaultValue = "16", description = "Of each sentence.")
    private int tokens;

    @Option(names = "--seconds", defaultValue = "5", description = "Of each turn.")
    private int seconds;

    @Option(names = "--turns", defaultValue = "3", description = "Of alone and together.")
    private int turns;

    private Serving() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new Serving()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        Random random = new Random(1);
        List<long[]> sentences = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            sentences.add(random.longs(tokens, 1, VOCABULARY).toArray());
        }
        if (onnx == null) {
            serveNetwork(sentences);
        } else {
            serveOnnx(OnnxModel.read(onnx), sentences);
        }
        return 0;
    }

    private void serveNetwork(List<long[]> sentences) throws Exception {
        List<List<HostArray>> requests =
                sentences.stream()
                        .map(ids -> Arrays.stream(ids).mapToInt(id -> (int) id).toArray())
                        .map(ids -> List.of(HostArray.of(ids, 1, tokens)))
                        .toList();
        try (Device device = open();
                Scope _ = device.scope()) {
            Bert encoder = new Bert(VOCABULARY, 512, 384, 12, 6, 0);
            Network network = Network.create(device, encoder, 1);
            measure(
                    requests,
                    (a, b) -> isSame(a.getFirst(), b.getFirst()),
                    options -> NetworkPredictor.open(network, options, this::open));
        }
    }

    private void serveOnnx(OnnxModel model, List<long[]> sentences) throws Exception {
        List<Map<String, HostArray>> requests =
                sentences.stream().map(ids -> inputs(model, ids)).toList();
        measure(
                requests,
                (a, b) ->
                        a.entrySet().stream()
                                .allMatch(each -> isSame(each.getValue(), b.get(each.getKey()))),
                options -> OnnxPredictor.open(model, options, this::open));
    }

    /** The ids, a mask of ones and segments of zeros, by the usual names. */
    private Map<String, HostArray> inputs(OnnxModel model, long[] ids) {
        Map<String, HostArray> inputs = new LinkedHashMap<>();
        model.inputs()
                .forEach(
                        input -> {
                            long[] values = new long[tokens];
                            switch (input.name()) {
                                case "input_ids" -> System.arraycopy(ids, 0, values, 0, tokens);
                                case "attention_mask" -> Arrays.fill(values, 1);
                                default -> {}
                            }
                            inputs.put(input.name(), longs(values));
                        });
        return inputs;
    }

    private static HostArray longs(long[] values) {
        MemorySegment content = MemorySegment.ofArray(new byte[values.length * Long.BYTES]);
        MemorySegment.copy(values, 0, content, ValueLayout.JAVA_LONG_UNALIGNED, 0, values.length);
        return new HostArray(DType.I64, Shape.of(1, values.length), content);
    }

    /** Within some ulps: a layer of a row for each sentence is summed by another kernel. */
    private static boolean isSame(HostArray a, @Nullable HostArray b) {
        if (b == null || !a.shape().equals(b.shape())) {
            return false;
        }
        float[] x = a.floats();
        float[] y = b.floats();
        for (int i = 0; i < x.length; i++) {
            if (!(Math.abs(x[i] - y[i]) <= TOLERANCE * Math.max(1, Math.abs(x[i])))) {
                return false;
            }
        }
        return true;
    }

    private Device open() {
        return Devices.open("cpu", DeviceOptions.defaults().threads(threads));
    }

    /** Opens a predictor. */
    private interface Opening<I, O> {
        Predictor<I, O> open(PredictorOptions options);
    }

    /** In turns, so that ratios hold on a machine that does other things too. */
    private <I, O> void measure(List<I> requests, BiPredicate<O, O> same, Opening<I, O> opening)
            throws Exception {
        PredictorOptions one = PredictorOptions.defaults().maxBatch(1);
        PredictorOptions many = PredictorOptions.defaults().workers(workers).maxBatch(batch);
        try (Predictor<I, O> alone = opening.open(one);
                Predictor<I, O> together = opening.open(many)) {
            List<O> expected = new ArrayList<>();
            for (I request : requests) {
                expected.add(alone.predict(request));
            }
            // What is compiled or captured first is not what a service does all day.
            turn(alone, requests, expected, same, 1);
            turn(together, requests, expected, same, callers);
            for (int i = 0; i < turns; i++) {
                double a = turn(alone, requests, expected, same, 1);
                double b = turn(together, requests, expected, same, callers);
                System.out.printf("together / alone: %.2f%n", b / a);
            }
        }
    }

    private <I, O> double turn(
            Predictor<I, O> predictor,
            List<I> requests,
            List<O> expected,
            BiPredicate<O, O> same,
            int threadsThatAsk)
            throws InterruptedException, ExecutionException {
        List<Future<long[]>> all = new ArrayList<>();
        long start = System.nanoTime();
        long end = start + Duration.ofSeconds(seconds).toNanos();
        CountDownLatch ready = new CountDownLatch(threadsThatAsk);
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < threadsThatAsk; i++) {
                int first = i;
                all.add(
                        pool.submit(
                                () -> {
                                    ready.countDown();
                                    ready.await();
                                    return ask(predictor, requests, expected, same, first, end);
                                }));
            }
        }
        double elapsed = (System.nanoTime() - start) * NANOS;
        List<Long> latencies = new ArrayList<>();
        for (Future<long[]> each : all) {
            Arrays.stream(each.get()).forEach(latencies::add);
        }
        latencies.sort(null);
        double rate = latencies.size() / elapsed;
        System.out.printf(
                "%2d callers: %.1f sentences/s, latency %.1f ms (median), %.1f ms (99 %%)%n",
                threadsThatAsk,
                rate,
                latencies.get(latencies.size() / 2) * 1e-6,
                latencies.get(latencies.size() * 99 / 100) * 1e-6);
        return rate;
    }

    /** Asks until the end, and checks that each answer is that of the sentence alone. */
    private static <I, O> long[] ask(
            Predictor<I, O> predictor,
            List<I> requests,
            List<O> expected,
            BiPredicate<O, O> same,
            int first,
            long end)
            throws InterruptedException {
        List<Long> latencies = new ArrayList<>();
        for (int i = first; ; i++) {
            int which = i % requests.size();
            long asked = System.nanoTime();
            if (asked - end >= 0) {
                return latencies.stream().mapToLong(Long::longValue).toArray();
            }
            O answer = predictor.predict(requests.get(which));
            latencies.add(System.nanoTime() - asked);
            if (!same.test(answer, expected.get(which))) {
                throw new IllegalStateException(
                        "sentence %d has another encoding in a batch than alone".formatted(which));
            }
        }
    }
}
