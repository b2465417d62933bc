package dev.weft.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.DType;
import dev.weft.gpu.KernelBuildException;
import dev.weft.gpu.KernelFile;
import dev.weft.gpu.KernelSource;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The catalog names the kernels that the files have, and no others; what does not build says why.
 */
class CatalogTest {
    /** As a CPU has them, since these programs are compiled for other tests too. */
    private static Map<String, String> of(DType dtype) {
        return Map.of(
                "DTYPE",
                dtype.name(),
                "ITEMS",
                "256",
                "GROUP",
                "1",
                "SPAN",
                "4096",
                "LANES",
                "64",
                "VECTOR",
                dtype.computesIn().bytes() == Long.BYTES ? "8" : "16");
    }

    @ParameterizedTest
    @EnumSource(KernelFile.class)
    void namesEveryKernel(KernelFile file) {
        try (OpenClDriver driver = TestDriver.openCl()) {
            for (DType dtype : file.dtypes()) {
                KernelSource source = file.source(of(dtype));
                List<String> kernels = file.kernels(dtype);
                assertEquals(new TreeSet<>(kernels), new TreeSet<>(driver.kernelNames(source)));
                for (String name : kernels) {
                    assertTrue(driver.kernel(source, name) != 0);
                }
            }
        }
    }

    @Test
    void aBrokenKernelShowsItsLogAndItsLines() {
        try (OpenClDriver driver = TestDriver.openCl()) {
            String good = KernelFile.COPY.source(of(DType.I32)).text();
            KernelSource broken =
                    new KernelSource("broken.cl", good + "int f() { return wrong; }\n", Map.of());
            var error =
                    assertThrows(KernelBuildException.class, () -> driver.kernel(broken, "copy"));
            String message = String.valueOf(error.getMessage());
            assertTrue(message.contains("broken.cl does not compile on"), message);
            assertTrue(message.contains("undeclared identifier 'wrong'"), message);
            long line = good.lines().count() + 1;
            assertTrue(message.contains(line + "  int f() { return wrong; }"), message);
            // The device goes on.
            assertTrue(driver.kernel(KernelFile.COPY.source(of(DType.I32)), "copy") != 0);
        }
    }
}
