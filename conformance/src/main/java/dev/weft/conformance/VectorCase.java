package dev.weft.conformance;

import dev.weft.DType;
import dev.weft.Device;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;

/** Where a case is, what it is called, and how it is read. */
record VectorCase(String name, Reader reader) {
    private static final String TENSORS = ".safetensors";
    private static final String DATA = "test_data_set_";

    /** What reads a case, once it is its turn. */
    interface Reader {
        List<Run> read() throws IOException;
    }

    /** Something to compute, and what has to come out. */
    interface Run {
        String operator();

        void compare(Device device, List<DType> types, Device reference, Comparison comparison);
    }

    /** One run, or several of the same operator. */
    List<Run> read() throws IOException {
        return reader.read();
    }

    /** Every case at or below a path, by name. */
    static List<VectorCase> find(Path path) throws IOException {
        if (!Files.exists(path)) {
            throw new NoSuchFileException(path.toString());
        }
        List<VectorCase> cases = new ArrayList<>();
        Path real = path.toRealPath();
        Path parent = real.getParent();
        Path root = parent != null && real.endsWith(OnnxCase.MODEL) ? parent : real;
        Files.walkFileTree(
                root,
                EnumSet.of(FileVisitOption.FOLLOW_LINKS),
                Integer.MAX_VALUE,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path folder, BasicFileAttributes attributes) throws IOException {
                        if (!folder.equals(root) && isHidden(folder)) {
                            return FileVisitResult.SKIP_SUBTREE;
                        }
                        if (Files.exists(folder.resolve(OnnxCase.MODEL))
                                || !dataSets(folder).isEmpty()) {
                            cases.add(onnx(nameBelow(root, folder), folder));
                            return FileVisitResult.SKIP_SUBTREE;
                        }
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        if (file.toString().endsWith(TENSORS) && !isHidden(file)) {
                            String name = nameBelow(root, file);
                            cases.add(torch(name.replace(TENSORS, ""), file));
                        }
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException e)
                            throws IOException {
                        if (e instanceof FileSystemLoopException) {
                            return FileVisitResult.CONTINUE;
                        }
                        throw e;
                    }
                });
        if (cases.isEmpty()) {
            throw new IOException(
                    "%s: there is no case here: neither a folder with %s nor a file *%s"
                            .formatted(path, OnnxCase.MODEL, TENSORS));
        }
        cases.sort(Comparator.comparing(VectorCase::name));
        return cases;
    }

    private static boolean isHidden(Path path) {
        return path.getFileName().toString().startsWith(".");
    }

    /** With slashes on every system; the root's own where that is the case. */
    private static String nameBelow(Path root, Path path) {
        Path name = path.equals(root) ? path.getFileName() : root.relativize(path);
        return name.toString().replace('\\', '/');
    }

    private static List<Path> dataSets(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(entry -> entry.getFileName().toString().startsWith(DATA))
                    .filter(Files::isDirectory)
                    .sorted()
                    .toList();
        }
    }

    private static VectorCase onnx(String name, Path folder) {
        return new VectorCase(
                name,
                () -> {
                    List<Run> runs = new ArrayList<>();
                    for (Path data : dataSets(folder)) {
                        runs.add(onnx(OnnxCase.read(folder, data)));
                    }
                    if (runs.isEmpty()) {
                        throw new NoSuchFileException(folder.resolve(DATA + "0").toString());
                    }
                    return runs;
                });
    }

    private static Run onnx(OnnxCase c) {
        return new Run() {
            @Override
            public String operator() {
                return c.operator();
            }

            @Override
            public void compare(
                    Device device, List<DType> types, Device reference, Comparison comparison) {
                OnnxRun.compare(c, device, comparison);
            }
        };
    }

    private static VectorCase torch(String name, Path file) {
        return new VectorCase(name, () -> List.of(torch(TorchCase.read(file))));
    }

    private static Run torch(TorchCase c) {
        return new Run() {
            @Override
            public String operator() {
                return c.operation();
            }

            @Override
            public void compare(
                    Device device, List<DType> types, Device reference, Comparison comparison) {
                for (DType dtype : types) {
                    try {
                        TorchRun.compare(c, device, dtype, reference, comparison);
                    } catch (AssertionError e) {
                        throw new AssertionError("in %s: %s".formatted(dtype, e.getMessage()), e);
                    }
                }
            }
        };
    }
}
