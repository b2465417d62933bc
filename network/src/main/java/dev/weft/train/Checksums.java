package dev.weft.train;

import dev.weft.HostArray;
import dev.weft.io.Safetensors;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * SHA-256 sums of a checkpoint's parts, so that each can be checked when it is read: in the
 * metadata, in hexadecimal. A file that has one of them has those of all its parts.
 */
final class Checksums {
    /** Of the parameters' bytes, in their order: what {@code Parameters.sha256()} gives. */
    static final String PARAMETERS = "parameters_sha256";

    /** Of the bytes of the optimizer's state, in its order. */
    static final String OPTIMIZER = "optimizer_sha256";

    /** Of the bytes of training aids' states, in their order; only where there are aids. */
    static final String AIDS = "aids_sha256";

    /** Of the rest of the metadata, and of the tensors' names, types and shapes. */
    static final String METADATA = "metadata_sha256";

    /** Those that no file has only some of. */
    static final List<String> ALL = List.of(PARAMETERS, OPTIMIZER, METADATA);

    private Checksums() {}

    /** The sum of the bytes of these tensors. */
    static String ofContent(Collection<HostArray> entries) {
        MessageDigest digest = sha256();
        try (OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
            for (HostArray entry : entries) {
                entry.writeTo(out);
            }
        } catch (IOException e) {
            throw new AssertionError("nothing is written", e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** The sum of what a file says of itself, but for this sum. */
    static String ofHeader(Safetensors file) {
        MessageDigest digest = sha256();
        // In the order of the keys, since a JSON object has none.
        new TreeMap<>(file.metadata())
                .forEach(
                        (key, value) -> {
                            if (!key.equals(METADATA)) {
                                update(digest, key, value);
                            }
                        });
        for (Map.Entry<String, HostArray> tensor : file.tensors().entrySet()) {
            HostArray entry = tensor.getValue();
            update(digest, tensor.getKey(), entry.dtype().name(), entry.shape().toString());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Each text with its length before it, so that no two lists give the same bytes. */
    private static void update(MessageDigest digest, String... texts) {
        for (String text : texts) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
            digest.update(bytes);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
