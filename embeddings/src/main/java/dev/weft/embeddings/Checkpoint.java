package dev.weft.embeddings;

import dev.weft.DType;
import dev.weft.Device;
import dev.weft.HostArray;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.io.FormatException;
import dev.weft.io.Safetensors;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/** The tensors of a checkpoint by their names, with or without the model's before them. */
final class Checkpoint {
    private static final List<String> PREFIXES =
            List.of("", "bert.", "roberta.", "distilbert.", "mpnet.");

    private final Device device;
    private final Map<String, HostArray> tensors;
    private final ModelConfig config;
    private final String prefix;

    Checkpoint(Device device, Safetensors file, ModelConfig config) throws FormatException {
        this.device = device;
        this.tensors = file.tensors();
        this.config = config;
        this.prefix =
                PREFIXES.stream()
                        .filter(each -> tensors.containsKey(each + Family.WORDS + ".weight"))
                        .findFirst()
                        .orElseThrow(() -> missing(Family.WORDS + ".weight"));
    }

    private FormatException missing(String name) {
        return config.wrong("model.safetensors: has no tensor %s".formatted(name));
    }

    /** What a part multiplies by, as F32. */
    Tensor weight(String part, long... dims) throws FormatException {
        return tensor(part + ".weight", part + ".gamma", dims);
    }

    /** What a part adds, as F32. */
    Tensor bias(String part, long... dims) throws FormatException {
        return tensor(part + ".bias", part + ".beta", dims);
    }

    /** Norms of checkpoints that began as TensorFlow's have the older name. */
    private Tensor tensor(String name, String older, long... dims) throws FormatException {
        @Nullable HostArray found = tensors.get(prefix + name);
        HostArray array = found == null ? tensors.get(prefix + older) : found;
        if (array == null) {
            throw missing(prefix + name);
        }
        if (!array.dtype().isFloating() || !array.shape().equals(Shape.of(dims))) {
            throw config.wrong(
                    "model.safetensors: %s is %s %s: by config.json it is of floating numbers, %s"
                            .formatted(
                                    prefix + name, array.dtype(), array.shape(), Shape.of(dims)));
        }
        Tensor raw = array.on(device);
        if (array.dtype() == DType.F32) {
            return raw;
        }
        try (raw) {
            return raw.to(DType.F32);
        }
    }
}
