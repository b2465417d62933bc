package dev.weft.cli;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.stream.Stream;

/**
 * The arrows of the house: cli → network → core; cpu-backend, conformance → core; opencl-backend,
 * cuda-backend → gpu-common → core.
 */
class ArchitectureTest {
    private static final JavaClasses WEFT =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("dev.weft");

    private static final String[] CORE = {
        "dev.weft", "dev.weft.autograd", "dev.weft.backend", "dev.weft.random", "dev.weft.reference"
    };
    private static final String[] NETWORK = {
        "dev.weft.nn", "dev.weft.optim", "dev.weft.data", "dev.weft.train", "dev.weft.io"
    };
    private static final String CPU = "dev.weft.cpu";
    private static final String GPU = "dev.weft.gpu";
    private static final String OPENCL = "dev.weft.opencl";
    private static final String CUDA = "dev.weft.cuda";
    private static final String CONFORMANCE = "dev.weft.conformance";
    private static final String[] JDK = {"java..", "org.jspecify.annotations"};
    private static final String VECTORS = "jdk.incubator.vector..";

    private static String[] all(String[] packages, String[] more, String... others) {
        return Stream.of(packages, more, others).flatMap(Stream::of).toArray(String[]::new);
    }

    /** A rule about classes that nobody imported would hold, and say nothing. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "dev.weft",
                "dev.weft.nn",
                "dev.weft.cli",
                CPU,
                GPU,
                OPENCL,
                CUDA,
                CONFORMANCE
            })
    void everyModuleIsSeen(String name) {
        assertFalse(WEFT.getPackage(name).getClasses().isEmpty());
    }

    @Test
    void coreDependsOnTheJdkOnly() {
        classes()
                .that()
                .resideInAnyPackage(CORE)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(all(CORE, JDK))
                .check(WEFT);
    }

    @Test
    void networkDependsOnCore() {
        classes()
                .that()
                .resideInAnyPackage(NETWORK)
                .should()
                .onlyDependOnClassesThat(
                        resideOutsideOfPackage("dev.weft..")
                                .or(resideInAnyPackage(all(CORE, NETWORK))))
                .check(WEFT);
    }

    /** Not even the reference backend: they reach backends through Devices. */
    @Test
    void coreAndNetworkNameNoBackend() {
        noClasses()
                .that()
                .resideInAnyPackage(all(CORE, NETWORK))
                .and()
                .resideOutsideOfPackage("dev.weft.reference")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.weft.reference", CPU, GPU, OPENCL, CUDA)
                .check(WEFT);
    }

    @Test
    void cpuBackendDependsOnCore() {
        classes()
                .that()
                .resideInAPackage(CPU)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(all(CORE, JDK, CPU, VECTORS))
                .check(WEFT);
    }

    @Test
    void gpuCommonDependsOnCore() {
        classes()
                .that()
                .resideInAPackage(GPU)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(all(CORE, JDK, GPU))
                .check(WEFT);
    }

    @Test
    void openClBackendDependsOnGpuCommonAndLwjgl() {
        classes()
                .that()
                .resideInAPackage(OPENCL)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(all(CORE, JDK, GPU, OPENCL, "org.lwjgl.."))
                .check(WEFT);
    }

    @Test
    void cudaBackendDependsOnGpuCommonAndJCuda() {
        classes()
                .that()
                .resideInAPackage(CUDA)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(all(CORE, JDK, GPU, CUDA, "jcuda.."))
                .check(WEFT);
    }

    @Test
    void conformanceDependsOnCoreAndJUnit() {
        classes()
                .that()
                .resideInAPackage(CONFORMANCE)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        all(CORE, JDK, CONFORMANCE, "org.junit.jupiter.api..", "org.opentest4j"))
                .check(WEFT);
    }

    @Test
    void onlyTheCpuBackendUsesTheVectorApi() {
        noClasses()
                .that()
                .resideOutsideOfPackage(CPU)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(VECTORS)
                .check(WEFT);
    }
}
