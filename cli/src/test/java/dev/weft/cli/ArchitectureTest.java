package dev.weft.cli;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The arrows of the house: cli → network → core; cpu-backend, conformance → core; opencl-backend,
 * cuda-backend → gpu-common → core; benchmarks → everything but cli and conformance.
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
    private static final String BENCHMARKS = "dev.weft.benchmarks";
    private static final String CLI = "dev.weft.cli";

    /**
     * The classes of core that need each other in a circle. Nothing joins them: a class leaves this
     * list, and none is added.
     */
    private static final Set<String> CIRCLE =
            Set.of(
                    "Device",
                    "Tensor",
                    "Indexing",
                    "Layout",
                    "autograd.Tape",
                    "autograd.Gradients",
                    "autograd.Op",
                    "Scope",
                    "Storage",
                    "Elementwise",
                    "Products",
                    "Reductions",
                    "Capture");

    private static final String[] JDK = {"java..", "org.jspecify.annotations"};
    private static final String VECTORS = "jdk.incubator.vector..";

    private static final SliceAssignment CLASSES_OF_CORE =
            new SliceAssignment() {
                @Override
                public SliceIdentifier getIdentifierOf(JavaClass type) {
                    if (!List.of(CORE).contains(type.getPackageName())) {
                        return SliceIdentifier.ignore();
                    }
                    String outermost = type.getFullName().replaceFirst("\\$.*", "");
                    String name = outermost.substring("dev.weft.".length());
                    return SliceIdentifier.of(CIRCLE.contains(name) ? "the circle" : name);
                }

                @Override
                public String getDescription() {
                    return "classes of core";
                }
            };

    private static String[] all(String[] packages, String[] more, String... others) {
        return Stream.of(packages, more, others).flatMap(Stream::of).toArray(String[]::new);
    }

    /** A rule about classes that nobody imported would hold, and say nothing. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "dev.weft",
                "dev.weft.nn",
                CLI,
                BENCHMARKS,
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
    void conformanceDependsOnCoreJUnitAndJackson() {
        classes()
                .that()
                .resideInAPackage(CONFORMANCE)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        all(
                                CORE,
                                JDK,
                                CONFORMANCE,
                                "org.junit.jupiter.api..",
                                "org.opentest4j",
                                "com.fasterxml.jackson.core.."))
                .check(WEFT);
    }

    @Test
    void nothingDependsOnTheProgramOrTheBenchmarks() {
        noClasses()
                .that()
                .resideOutsideOfPackages(CLI + "..", BENCHMARKS + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(CLI + "..", BENCHMARKS + "..")
                .check(WEFT);
    }

    /** Not on each other, and not on the tests' suite; they reach backends through Devices. */
    @Test
    void theProgramAndTheBenchmarksDependOnNetworkAndCore() {
        classes()
                .that()
                .resideInAPackage(CLI)
                .should()
                .onlyDependOnClassesThat(
                        resideOutsideOfPackage("dev.weft..")
                                .or(resideInAnyPackage(all(CORE, NETWORK, CLI))))
                .check(WEFT);
        noClasses()
                .that()
                .resideInAPackage(BENCHMARKS + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(CLI, CONFORMANCE)
                .check(WEFT);
    }

    /** Each class is a slice of its own, and the known circle is one. */
    @Test
    void noClassOfCoreJoinsItsCircle() {
        slices().assignedFrom(CLASSES_OF_CORE).should().beFreeOfCycles().check(WEFT);
    }

    /** Each package is a slice: their arrows go one way. */
    @Test
    void packagesOfEachOtherModuleHaveNoCircles() {
        slices().matching("dev.weft.(benchmarks.*)..").should().beFreeOfCycles().check(WEFT);
        slices().matching("dev.weft.(nn|optim|train|data|io)")
                .should()
                .beFreeOfCycles()
                .check(WEFT);
    }

    @Test
    void onlyTheCpuBackendAndWhatMeasuresTheProcessorUseTheVectorApi() {
        noClasses()
                .that()
                .resideOutsideOfPackages(CPU, BENCHMARKS + ".machine")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(VECTORS)
                .check(WEFT);
    }
}
