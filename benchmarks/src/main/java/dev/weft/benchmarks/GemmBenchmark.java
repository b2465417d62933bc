package dev.weft.benchmarks;

import dev.weft.Device;
import dev.weft.Devices;

import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.TimeUnit;

/** Matrix products: what {@link GemmSuite} compares with peers, here alone and in a fork. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class GemmBenchmark {
    /** Which backend. */
    @Param("cpu")
    public String backend = "cpu";

    /** m, n, k and whether each operand is transposed. */
    @Param({
        "512x512x512 NN",
        "1024x1024x1024 NN",
        "64x128x784 NT",
        "128x784x64 TN",
        "64x10x128 NT"
    })
    public String shape = "512x512x512 NN";

    private @Nullable Device device;
    private @Nullable GemmCase gemm;

    /** Draws operands and checks a first result. */
    @Setup(Level.Trial)
    public void setUp() {
        Device opened = Devices.open(backend);
        GemmCase made = new GemmCase(opened, GemmShape.parse(shape));
        made.run();
        made.check("weft", made.result());
        device = opened;
        gemm = made;
    }

    /** One product. */
    @Benchmark
    public void gemm() {
        if (gemm != null) {
            gemm.run();
        }
    }

    /** Closes the device. */
    @TearDown(Level.Trial)
    public void tearDown() {
        if (gemm != null && device != null) {
            gemm.close();
            device.close();
        }
    }
}
