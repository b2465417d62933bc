package dev.weft.benchmarks;

import dev.weft.backend.DeviceInfo;
import dev.weft.benchmarks.library.ClBlast;
import dev.weft.benchmarks.library.CublasDirect;
import dev.weft.benchmarks.library.CudaCopy;
import dev.weft.benchmarks.library.CudaDirect;
import dev.weft.benchmarks.library.Eager;
import dev.weft.benchmarks.library.InF32;
import dev.weft.benchmarks.library.Library;
import dev.weft.benchmarks.library.Only;
import dev.weft.benchmarks.library.Pairwise;
import dev.weft.benchmarks.library.WeftLibrary;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Stream;

/** Whoever is compared in a run: Weft's devices first, then the peers. */
final class Libraries implements AutoCloseable {
    /** Those of the profile {@code peers}. */
    private static final List<String> BUILT =
            List.of("openblas", "mkl", "pytorch", "tensorflow", "nd4j");

    /** Those that need no library in the class path; they are not among all. */
    private static final List<String> OF_SYSTEM = List.of("clblast", "cublas", "pairwise");

    private final List<WeftLibrary> devices = new ArrayList<>();
    private final List<Library> peers = new ArrayList<>();
    private final List<Library> all = new ArrayList<>();

    private Libraries() {}

    /**
     * Opens them.
     *
     * @param backends devices of Weft's; the most preferred that is there where empty
     * @param wanted the peers' names, or all, or none
     * @throws IllegalArgumentException where there is no such peer
     */
    static Libraries open(List<String> backends, List<String> wanted, int threads) {
        Libraries opened = new Libraries();
        boolean done = false;
        try {
            opened.openDevices(backends, threads);
            opened.openPeers(wanted);
            opened.peers.forEach(peer -> peer.setThreads(threads));
            done = true;
            return opened;
        } finally {
            if (!done) {
                opened.close();
            }
        }
    }

    /** Refuses names of peers that there are not. */
    static void checkPeers(List<String> names) {
        for (String name : names) {
            boolean known = BUILT.contains(name) || OF_SYSTEM.contains(name);
            boolean alone = name.equals("all") || name.equals("none");
            if (!known && !(alone && names.size() == 1)) {
                throw new IllegalArgumentException(
                        "there is no peer '%s'; choose of %s, or all or none alone"
                                .formatted(
                                        name,
                                        String.join(
                                                ", ",
                                                Stream.concat(BUILT.stream(), OF_SYSTEM.stream())
                                                        .toList())));
            }
        }
    }

    private void openDevices(List<String> backends, int threads) {
        for (String selector : backends) {
            add(WeftLibrary.open(selector, threads));
        }
        if (devices.isEmpty()) {
            add(WeftLibrary.best(threads));
        }
        for (WeftLibrary device : List.copyOf(devices)) {
            // Where a CUDA device multiplies by cuBLAS, also by Weft's own kernels.
            if (CublasDirect.isFound(device.info())) {
                String selector = device.info().selector();
                WeftLibrary own = WeftLibrary.withoutCublas(selector);
                all.add(new Only(own, Set.of("gemm", "dense")));
            }
        }
        devices.forEach(device -> all.add(new Eager(device)));
        devices.forEach(device -> all.add(new InF32(device)));
        infos().stream()
                .filter(CudaDirect::isCuda)
                .findFirst()
                .map(CudaCopy::new)
                .ifPresent(all::add);
    }

    private void add(WeftLibrary device) {
        devices.add(device);
        all.add(device);
    }

    private void openPeers(List<String> wanted) {
        if (wanted.equals(List.of("none"))) {
            return;
        }
        List<Library> built = OF_SYSTEM.containsAll(wanted) ? List.of() : built();
        boolean everyone = wanted.equals(List.of("all"));
        built.stream().filter(peer -> everyone || wanted.contains(peer.name())).forEach(peers::add);
        if (wanted.contains("clblast")) {
            peers.add(new ClBlast(infos()));
        }
        if (wanted.contains("cublas")) {
            peers.add(new CublasDirect(infos()));
        }
        if (wanted.contains("pairwise")) {
            peers.add(new Pairwise());
        }
        all.addAll(peers);
    }

    private static List<Library> built() {
        List<Library> built;
        try {
            built =
                    ServiceLoader.load(Library.class).stream()
                            .map(ServiceLoader.Provider::get)
                            .toList();
        } catch (ServiceConfigurationError e) {
            // Their names are there of an earlier build, and they are not.
            built = List.of();
        }
        if (built.isEmpty()) {
            throw new IllegalArgumentException(
                    "the peers were not built: start with ./weft bench --peers, or build with"
                            + " -Ppeers");
        }
        return built;
    }

    /** Weft's devices that were asked for. */
    List<WeftLibrary> devices() {
        return devices;
    }

    /** What they are. */
    List<DeviceInfo> infos() {
        return devices.stream().map(WeftLibrary::info).toList();
    }

    /** Whether the first is a GPU. */
    boolean isOnGpu() {
        return "GPU".equals(devices.getFirst().info().properties().get("type"));
    }

    /** What each peer says of itself. */
    List<String> peers() {
        return peers.stream().map(peer -> peer.name() + ": " + peer.describe()).toList();
    }

    /** Everybody, the first device first. */
    List<Library> all() {
        return all;
    }

    @Override
    public void close() {
        all.reversed().forEach(Library::close);
    }
}
