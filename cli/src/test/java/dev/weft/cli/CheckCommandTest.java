package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.filter.FilteringParserDelegate;
import com.fasterxml.jackson.core.filter.JsonPointerBasedFilter;
import com.fasterxml.jackson.core.filter.TokenFilter.Inclusion;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * {@code weft check} on a folder of three cases, of which one passes, one fails, one is unknown.
 */
class CheckCommandTest {
    @TempDir Path folder;

    private Path vectors = Path.of("");

    @BeforeEach
    void writeCases() throws IOException {
        vectors = Files.createDirectory(folder.resolve("vectors"));
        write("good", "exp", 0, 1);
        write("bad", "exp", 0, 2);
        write("unknown", "nonesuch", 0, 0);
    }

    /** y = operation(x), of one number. */
    private void write(String name, String operation, double x, double y) throws IOException {
        String header =
                """
                {"__metadata__":{"op":"%s","attrs":"{}"},\
                "in.x":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},\
                "out.y":{"dtype":"F64","shape":[1],"data_offsets":[8,16]}}\
                """
                        .formatted(operation);
        Files.write(
                vectors.resolve(name + ".safetensors"),
                ByteBuffer.allocate(24 + header.length())
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(header.length())
                        .put(header.getBytes(StandardCharsets.US_ASCII))
                        .putDouble(x)
                        .putDouble(y)
                        .array());
    }

    private Ran check(String... more) {
        List<String> args = List.of("check", "--backend", "reference");
        return Ran.program(Stream.concat(args.stream(), Stream.of(more)).toArray(String[]::new));
    }

    private static String at(Path json, String pointer) throws IOException {
        try (JsonParser parser =
                new FilteringParserDelegate(
                        RunReport.JSON.createParser(json.toFile()),
                        new JsonPointerBasedFilter(JsonPointer.compile(pointer)),
                        Inclusion.ONLY_INCLUDE_ALL,
                        false)) {
            JsonToken value = parser.nextToken();
            return value == null ? "nothing" : parser.getText();
        }
    }

    @Test
    void oneFailureIsExitCode1AndIsNamed() throws IOException {
        Path json = folder.resolve("check.json");
        Ran ran = check("--vectors", vectors.toString(), "--json", json.toString());
        assertEquals(1, ran.code(), ran::toString);
        assertEquals("", ran.err());
        assertTrue(ran.out().contains("failed: bad (exp): in F32: out.y, element 0: "), ran::out);
        assertTrue(ran.out().contains("nonesuch  1 unsupported (unknown operation)"), ran::out);
        assertTrue(ran.out().contains("3 cases: 1 passed, 1 failed, 1 unsupported"), ran::out);
        assertEquals("1", at(json, "/passed"));
        assertEquals("1", at(json, "/failed"));
        assertEquals("1", at(json, "/unsupported"));
        assertEquals("1", at(json, "/operators/exp/passed"));
        assertEquals("1", at(json, "/operators/exp/failed"));
        assertEquals("0", at(json, "/operators/exp/unsupported"));
        assertTrue(Double.parseDouble(at(json, "/operators/exp/worst")) > 1);
        assertEquals("null", at(json, "/operators/nonesuch/worst"));
        assertEquals("reference", at(json, "/backend"));
        assertEquals("F64", at(json, "/dtypes/1"));
        assertEquals("bad", at(json, "/cases/0/name"));
    }

    @Test
    void withoutFailuresItIsDone() throws IOException {
        Files.delete(vectors.resolve("bad.safetensors"));
        Ran ran = check("--vectors", vectors.toString(), "--dtype", "f64").assertDone();
        assertTrue(ran.out().contains("2 cases: 1 passed, 1 unsupported"), ran::out);
    }

    @Test
    void oneCaseAlone() {
        check("--vectors", vectors.resolve("good.safetensors").toString()).assertDone();
    }

    @Test
    void whatCannotBeUsedIsRefused() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        check("--vectors", empty.toString()).assertRefused("there is no case here");
        check("--vectors", folder.resolve("none").toString()).assertRefused("there is no such");
        check("--vectors", vectors.toString(), "--dtype", "I32").assertRefused("no floating type");
        check("--vectors", vectors.toString(), "--dtype", "F65").assertRefused("--dtype");
        check("--dtype", "F64").assertRefused("--dtype: the suite has all types");
        Ran.program("check", "--vectors", vectors.toString(), "--backend", "none")
                .assertRefused("none");
        Path json = folder.resolve("no/such.json");
        check("--vectors", vectors.toString(), "--json", json.toString()).assertRefused("such");
    }
}
