package dev.weft.cuda;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Looks for cuBLAS where people have it: on the loader's path, in CUDA_HOME and CUDA_PATH, in
 * /usr/local/cuda*, and among Python's packages, to which PyTorch brings it. {@code WEFT_CUBLAS}
 * names it outright, or is {@code none}.
 */
final class CublasSearch {
    /** The variable that names the library. */
    static final String VARIABLE = "WEFT_CUBLAS";

    /** What it is where no library is wanted. */
    static final String NONE = "none";

    /** From the one that JCublas2 is linked to, to some that do not exist yet. */
    private static final List<Integer> MAJORS = List.of(12, 13, 14, 15);

    private static final int JCUBLAS = 12;

    private final Map<String, String> environment;
    private final Path root;
    private final boolean windows;
    private final int driverMajor;
    private final List<String> refusals = new ArrayList<>();

    /**
     * What was found.
     *
     * @param library null where there is none
     * @param reasons where there is none, why; otherwise what was passed over, or empty
     */
    record Result(@Nullable CublasLibrary library, String reasons) {}

    /**
     * A search.
     *
     * @param environment variables
     * @param root what paths begin with
     * @param driverMajor the driver's version of CUDA, which a library must not be ahead of
     */
    CublasSearch(Map<String, String> environment, Path root, boolean windows, int driverMajor) {
        this.environment = environment;
        this.root = root;
        this.windows = windows;
        this.driverMajor = driverMajor;
    }

    /** Loads the first that can be used. */
    Result run() {
        String named = environment.getOrDefault(VARIABLE, "");
        if (named.equals(NONE)) {
            return new Result(null, VARIABLE + " is none");
        }
        if (!named.isEmpty()) {
            CublasLibrary library = load(named);
            return library != null
                    ? new Result(library, "")
                    : new Result(null, VARIABLE + ": " + String.join("; ", refusals));
        }
        for (int major : MAJORS) {
            if (major <= driverMajor) {
                for (String candidate : candidates(major)) {
                    CublasLibrary library = load(candidate);
                    if (library != null) {
                        return new Result(library, String.join("; ", refusals));
                    }
                }
            }
        }
        return new Result(
                null,
                refusals.isEmpty()
                        ? "there is no "
                                + fileName(JCUBLAS)
                                + later()
                                + " on the loader's path, in"
                                + " CUDA_HOME, CUDA_PATH, /usr/local/cuda* or Python's packages; "
                                + VARIABLE
                                + " names another"
                        : String.join("; ", refusals));
    }

    private String later() {
        return MAJORS.stream()
                .filter(major -> major > JCUBLAS && major <= driverMajor)
                .map(major -> " or " + fileName(major))
                .collect(Collectors.joining());
    }

    private String fileName(int major) {
        return windows ? "cublas64_" + major + ".dll" : "libcublas.so." + major;
    }

    /** The name, for the loader's own path, and the files that are there. */
    private List<String> candidates(int major) {
        String file = fileName(major);
        Set<String> candidates = new LinkedHashSet<>();
        candidates.add(file);
        for (Path folder : folders(major)) {
            Path path = folder.resolve(file);
            if (Files.exists(path)) {
                candidates.add(path.toString());
            }
        }
        return List.copyOf(candidates);
    }

    private Set<Path> folders(int major) {
        Set<Path> folders = new LinkedHashSet<>();
        List<Path> toolkits = new ArrayList<>(variables("CUDA_HOME", "CUDA_PATH"));
        Path local = root.resolve("usr/local");
        toolkits.add(local.resolve("cuda"));
        toolkits.addAll(matching(local, "cuda-*"));
        for (Path toolkit : toolkits) {
            for (String libraries :
                    windows
                            ? List.of("bin", "bin/x64")
                            : List.of("lib64", "lib", "targets/x86_64-linux/lib")) {
                folders.add(toolkit.resolve(libraries));
            }
        }
        for (Path packages : pythonPackages()) {
            String libraries = windows ? "bin" : "lib";
            folders.add(packages.resolve("nvidia/cublas").resolve(libraries));
            folders.add(packages.resolve("nvidia/cu" + major).resolve(libraries));
            folders.add(packages.resolve("nvidia/cu" + major).resolve("bin/x86_64"));
        }
        return folders;
    }

    /** The folders of installed packages: of environments, of the user, of Pythons on the path. */
    private Set<Path> pythonPackages() {
        List<Path> prefixes = new ArrayList<>(variables("VIRTUAL_ENV", "CONDA_PREFIX"));
        for (Path home : variables("HOME")) {
            prefixes.add(home.resolve(".local"));
        }
        String path = environment.getOrDefault("PATH", "");
        for (String folder : path.split(windows ? ";" : ":", -1)) {
            Path python = Path.of(folder, windows ? "python.exe" : "python3");
            Path bin = python.getParent();
            if (!folder.isEmpty() && bin != null && Files.exists(python)) {
                Path prefix = windows ? bin : bin.getParent();
                if (prefix != null) {
                    prefixes.add(prefix);
                }
            }
        }
        prefixes.add(root.resolve("usr/local"));
        prefixes.add(root.resolve("usr"));
        Set<Path> packages = new LinkedHashSet<>();
        for (Path prefix : prefixes) {
            packages.add(prefix.resolve("Lib/site-packages"));
            for (Path python : matching(prefix.resolve("lib"), "python3*")) {
                packages.add(python.resolve("site-packages"));
                packages.add(python.resolve("dist-packages"));
            }
        }
        return packages;
    }

    private List<Path> variables(String... names) {
        return Stream.of(names)
                .map(name -> environment.getOrDefault(name, ""))
                .filter(value -> !value.isEmpty())
                .map(Path::of)
                .toList();
    }

    /** Newer ones, whose names come later, first. */
    private static List<Path> matching(Path folder, String glob) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, glob)) {
            entries.forEach(found::add);
        } catch (IOException e) {
            // A folder that is not there, or that others keep to themselves, holds nothing for us.
            return List.of();
        }
        found.sort(Collections.reverseOrder());
        return found;
    }

    /** The library, or null with a refusal noted where it is there and of no use. */
    private @Nullable CublasLibrary load(String candidate) {
        boolean path = candidate.contains("/") || candidate.contains("\\");
        if (path) {
            if (SharedObject.isCutOff(Path.of(candidate))) {
                refusals.add(candidate + " is cut off: install it again");
                return null;
            }
            loadCublasLt(Path.of(candidate));
        }
        SymbolLookup symbols;
        try {
            symbols = lookup(candidate);
        } catch (IllegalArgumentException e) {
            if (path || candidate.equals(environment.get(VARIABLE))) {
                refusals.add(
                        candidate
                                + (path && !Files.exists(Path.of(candidate))
                                        ? " does not exist"
                                        : " cannot be loaded: is cublasLt of the same version"
                                                + " beside it?"));
            }
            return null;
        }
        for (String symbol : ForeignCublas.SYMBOLS) {
            if (symbols.find(symbol).isEmpty()) {
                refusals.add(candidate + " has no " + symbol);
                return null;
            }
        }
        int[] version = ForeignCublas.version(symbols);
        if (version[0] > driverMajor || version[0] < JCUBLAS) {
            refusals.add(
                    "%s is of CUDA %d; the driver takes 12 to %d"
                            .formatted(candidate, version[0], driverMajor));
            return null;
        }
        return new CublasLibrary(
                candidate,
                "%d.%d.%d".formatted(version[0], version[1], version[2]),
                symbols,
                version[0] == JCUBLAS && JCublas.isUsable());
    }

    /** cuBLAS needs it, and its own folder is not always on the loader's path. */
    private static void loadCublasLt(Path cublas) {
        Path name = cublas.getFileName();
        if (name != null) {
            Path sibling =
                    cublas.resolveSibling(
                            name.toString()
                                    .replace("libcublas.", "libcublasLt.")
                                    .replace("cublas64", "cublasLt64"));
            if (!sibling.equals(cublas)
                    && Files.exists(sibling)
                    && !SharedObject.isCutOff(sibling)) {
                try {
                    lookup(sibling.toString());
                } catch (IllegalArgumentException e) {
                    // Then cuBLAS cannot be loaded either, and that is what the user is told.
                    return;
                }
            }
        }
    }

    /** For good: JCublas2's library, which asks for it by its name, then gets this one. */
    @SuppressWarnings("restricted")
    private static SymbolLookup lookup(String library) {
        return library.contains("/") || library.contains("\\")
                ? SymbolLookup.libraryLookup(Path.of(library), Arena.global())
                : SymbolLookup.libraryLookup(library, Arena.global());
    }
}
