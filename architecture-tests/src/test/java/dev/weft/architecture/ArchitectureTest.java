package dev.weft.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;

import dev.weft.Devices;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The arrows of the house: cli → network, conformance → onnx → core; cpu-backend → core;
 * opencl-backend, cuda-backend → gpu-common → core; benchmarks → everything but cli and
 * conformance; onnx-network → network, onnx; tokenizers → nothing; langchain4j, cli → embeddings →
 * network, onnx, tokenizers.
 */
class ArchitectureTest {
    private static final JavaClasses WEFT =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("dev.weft");

    private static final String[] CORE = {
        "dev.weft",
        "dev.weft.autograd",
        "dev.weft.backend",
        "dev.weft.random",
        "dev.weft.reference",
        "dev.weft.serve"
    };
    private static final String[] NETWORK = {
        "dev.weft.nn..",
        "dev.weft.optim..",
        "dev.weft.data..",
        "dev.weft.train..",
        "dev.weft.io..",
        "dev.weft.metrics..",
        "dev.weft.report.."
    };
    private static final String[] ONNX = {
        "dev.weft.onnx", "dev.weft.onnx.graph", "dev.weft.onnx.operator", "dev.weft.onnx.rewrite"
    };
    private static final String ONNX_NETWORK = "dev.weft.onnx.network";
    private static final String TOKENIZERS = "dev.weft.tokenizers";
    private static final String EMBEDDINGS = "dev.weft.embeddings";
    private static final String LANGCHAIN4J = "dev.weft.langchain4j";
    private static final String CPU = "dev.weft.cpu";
    private static final String GPU = "dev.weft.gpu";
    private static final String OPENCL = "dev.weft.opencl";
    private static final String CUDA = "dev.weft.cuda";
    private static final String CONFORMANCE = "dev.weft.conformance";
    private static final String BENCHMARKS = "dev.weft.benchmarks";
    private static final String CLI = "dev.weft.cli";

    /** Some of core's classes and packages, by their names after {@code dev.weft.}. */
    private record Layer(String name, Set<String> members) {
        static Layer of(String name, String... members) {
            return new Layer(name, Set.of(members));
        }

        boolean has(JavaClass type) {
            return members.contains(nameInCore(type)) || members.contains(packageInCore(type));
        }
    }

    /**
     * The layers of core, the lowest first: each knows those before it. What is in none is above
     * all of them but the reference backend, which knows the ground alone.
     */
    private static final List<Layer> LAYERS =
            List.of(
                    Layer.of(
                            "ground",
                            "DType",
                            "Shape",
                            "ShapeException",
                            "Excerpt",
                            "PadMode",
                            "PrintOptions",
                            "NumberText",
                            "Equation",
                            "ContractionOrder",
                            "Debug",
                            "DeviceOptions",
                            "Confinement",
                            "backend",
                            "random"),
                    Layer.of(
                            "memory",
                            "MemoryStats",
                            "MemoryPool",
                            "Memory",
                            "SharedMemory",
                            "Scope",
                            "Scoped",
                            "Storage",
                            "Holdings"),
                    Layer.of(
                            "calls",
                            "Composites",
                            "NormalizationComposite",
                            "CallRecorder",
                            "Captured",
                            "Capture",
                            "Trace"),
                    Layer.of(
                            "tensors",
                            "Tensor",
                            "SharedTensor",
                            "Device",
                            "Op",
                            "Recorder",
                            "Elementwise",
                            "Products",
                            "Reductions",
                            "Indexing",
                            "Sorting",
                            "Sorted",
                            "Cumulative",
                            "RandomTensors",
                            "Layout",
                            "Transfers",
                            "Shapes",
                            "Padding",
                            "Diagonals",
                            "Logic",
                            "Einsum",
                            "LinearAlgebra",
                            "Statistics",
                            "Norms",
                            "Distances",
                            "Comparisons",
                            "Printing",
                            "Creation"));

    private static final Layer REFERENCE = Layer.of("reference", "reference");

    /**
     * The classes of core that need each other in a circle, exactly: tensors with the operations
     * that they offer and that make them, scopes with what they own, and a tape with what it gives.
     */
    private static final List<Set<String>> CIRCLES =
            List.of(
                    LAYERS.getLast().members(),
                    Set.of("Scope", "Scoped", "Storage"),
                    Set.of("autograd.Tape", "autograd.Gradients"));

    private static final String[] JDK = {"java..", "org.jspecify.annotations"};
    private static final String VECTORS = "jdk.incubator.vector..";

    private static boolean isOfCore(JavaClass type) {
        return List.of(CORE).contains(type.getBaseComponentType().getPackageName());
    }

    /** The name of the outermost class around this one, or an array's, after {@code dev.weft.}. */
    private static String nameInCore(JavaClass type) {
        return type.getBaseComponentType()
                .getFullName()
                .replaceFirst("\\$.*", "")
                .replaceFirst("^dev\\.weft\\.", "");
    }

    private static String packageInCore(JavaClass type) {
        return type.getBaseComponentType().getPackageName().replace("dev.weft.", "");
    }

    /** Each class is a slice, and each of these circles is one. */
    private static ArchRule noCirclesBut(List<Set<String>> circles) {
        return slices().assignedFrom(
                        new SliceAssignment() {
                            @Override
                            public SliceIdentifier getIdentifierOf(JavaClass type) {
                                if (!isOfCore(type)) {
                                    return SliceIdentifier.ignore();
                                }
                                String name = nameInCore(type);
                                return circles.stream()
                                        .filter(circle -> circle.contains(name))
                                        .findFirst()
                                        .map(circle -> SliceIdentifier.of("circle", "" + circle))
                                        .orElse(SliceIdentifier.of("class", name));
                            }

                            @Override
                            public String getDescription() {
                                return "classes of core";
                            }
                        })
                .should()
                .beFreeOfCycles();
    }

    private static String[] all(String[] packages, String[] more, String... others) {
        return Stream.of(packages, more, others).flatMap(Stream::of).toArray(String[]::new);
    }

    /** A rule about classes that nobody imported would hold, and say nothing. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "dev.weft",
                "dev.weft.nn",
                "dev.weft.data.table",
                "dev.weft.metrics",
                "dev.weft.report",
                "dev.weft.onnx.operator",
                ONNX_NETWORK,
                TOKENIZERS,
                EMBEDDINGS,
                LANGCHAIN4J,
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

    @Test
    void onnxDependsOnCore() {
        classes()
                .that()
                .resideInAnyPackage(ONNX)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(all(CORE, JDK, ONNX))
                .check(WEFT);
    }

    @Test
    void onnxNetworkDependsOnNetworkAndOnnx() {
        classes()
                .that()
                .resideInAPackage(ONNX_NETWORK)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(all(all(CORE, JDK, ONNX), NETWORK, ONNX_NETWORK))
                .check(WEFT);
    }

    @Test
    void tokenizersDependOnJackson() {
        classes()
                .that()
                .resideInAPackage(TOKENIZERS)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(all(JDK, new String[] {TOKENIZERS}, "com.fasterxml.jackson.."))
                .check(WEFT);
    }

    @Test
    void embeddingsDependOnNetworkOnnxAndTokenizers() {
        classes()
                .that()
                .resideInAPackage(EMBEDDINGS)
                .should()
                .onlyDependOnClassesThat(
                        resideOutsideOfPackage("dev.weft..")
                                .or(
                                        resideInAnyPackage(
                                                all(
                                                        all(CORE, NETWORK),
                                                        ONNX,
                                                        TOKENIZERS,
                                                        EMBEDDINGS))))
                .check(WEFT);
    }

    @Test
    void langChain4jIsReachedFromEmbeddingsAlone() {
        classes()
                .that()
                .resideInAPackage(LANGCHAIN4J)
                .should()
                .onlyDependOnClassesThat(
                        resideOutsideOfPackage("dev.weft..")
                                .or(resideInAnyPackage(EMBEDDINGS, LANGCHAIN4J)))
                .check(WEFT);
        noClasses()
                .that()
                .resideOutsideOfPackage(LANGCHAIN4J)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.langchain4j..")
                .check(WEFT);
    }

    /** Not even the reference backend: they reach backends through Devices. */
    @Test
    void librariesNameNoBackend() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        all(all(CORE, NETWORK), ONNX, ONNX_NETWORK, EMBEDDINGS, LANGCHAIN4J))
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
    void conformanceDependsOnOnnxCoreJUnitAndJackson() {
        classes()
                .that()
                .resideInAPackage(CONFORMANCE)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        all(
                                all(CORE, JDK),
                                ONNX,
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

    /** Not on each other; they reach backends through Devices. Only the program has the suite. */
    @Test
    void theProgramAndTheBenchmarksDependOnNetworkAndCore() {
        classes()
                .that()
                .resideInAPackage(CLI)
                .should()
                .onlyDependOnClassesThat(
                        resideOutsideOfPackage("dev.weft..")
                                .or(
                                        resideInAnyPackage(
                                                all(
                                                        all(CORE, NETWORK),
                                                        ONNX,
                                                        ONNX_NETWORK,
                                                        EMBEDDINGS,
                                                        CLI,
                                                        CONFORMANCE))))
                .check(WEFT);
        noClasses()
                .that()
                .resideInAPackage(BENCHMARKS + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(CLI, CONFORMANCE)
                .check(WEFT);
    }

    @Test
    void eachLayerOfCoreKnowsThoseBelow() {
        LayeredArchitecture layers = layeredArchitecture().consideringOnlyDependenciesInLayers();
        List<String> below = new ArrayList<>();
        for (Layer layer : LAYERS) {
            LayeredArchitecture.LayerDependencySpecification arrows =
                    layers.layer(layer.name())
                            .definedBy(describe(layer.name(), layer::has))
                            .whereLayer(layer.name());
            layers =
                    below.isEmpty()
                            ? arrows.mayNotAccessAnyLayer()
                            : arrows.mayOnlyAccessLayers(below.toArray(String[]::new));
            below.add(layer.name());
        }
        layers.layer(REFERENCE.name())
                .definedBy(describe(REFERENCE.name(), REFERENCE::has))
                .whereLayer(REFERENCE.name())
                .mayOnlyAccessLayers(LAYERS.getFirst().name())
                .layer("above")
                .definedBy(
                        describe(
                                "above",
                                type ->
                                        isOfCore(type)
                                                && !REFERENCE.has(type)
                                                && LAYERS.stream().noneMatch(l -> l.has(type))))
                .check(WEFT);
    }

    @Test
    void noClassOfCoreJoinsACircle() {
        noCirclesBut(CIRCLES).check(WEFT);
    }

    /** A class that leaves its circle leaves the list, so that it does not return. */
    @Test
    void circlesOfCoreAreNoLargerThanTheyMustBe() {
        for (Set<String> circle : CIRCLES) {
            for (String name : circle) {
                List<Set<String>> without =
                        CIRCLES.stream()
                                .map(
                                        each ->
                                                each.stream()
                                                        .filter(other -> !other.equals(name))
                                                        .collect(Collectors.toSet()))
                                .toList();
                assertTrue(noCirclesBut(without).evaluate(WEFT).hasViolation(), name);
            }
        }
    }

    /** A name that no class has would hold nothing. */
    @Test
    void everyMemberOfALayerIsThere() {
        for (Layer layer : LAYERS) {
            Set<String> seen =
                    WEFT.stream()
                            .filter(layer::has)
                            .flatMap(type -> Stream.of(nameInCore(type), packageInCore(type)))
                            .collect(Collectors.toSet());
            assertTrue(seen.containsAll(layer.members()), layer.name() + " has only " + seen);
        }
    }

    /** Each package is a slice: their arrows go one way. */
    @Test
    void packagesOfEachOtherModuleHaveNoCircles() {
        slices().matching("dev.weft.(benchmarks.*)..").should().beFreeOfCycles().check(WEFT);
        slices().matching(
                        "dev.weft.(nn|optim|train|io|metrics|report|data|data.augment|data.image|data.table|data.text)")
                .should()
                .beFreeOfCycles()
                .check(WEFT);
        slices().matching("dev.weft.(onnx.*)..").should().beFreeOfCycles().check(WEFT);
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

    /** Whoever asks for the list could choose from it otherwise than core does. */
    @Test
    void onlyTheListOfDevicesAsksForTheList() {
        noClasses()
                .that()
                .resideInAPackage(CLI)
                .and()
                .doNotHaveSimpleName("DevicesCommand")
                .should()
                .callMethod(Devices.class, "list")
                .because("Devices.best chooses")
                .check(WEFT);
    }
}
