package dev.weft.gpu;

import dev.weft.DType;
import dev.weft.backend.View;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/** A family of kernels for each type, made when the type is first met: most are never. */
final class ByType<K> {
    private final Map<DType, K> made = new EnumMap<>(DType.class);
    private final Function<DType, K> maker;

    ByType(Function<DType, K> maker) {
        this.maker = maker;
    }

    K of(DType dtype) {
        K kernels = made.get(dtype);
        if (kernels == null) {
            kernels = maker.apply(dtype);
            made.put(dtype, kernels);
        }
        return kernels;
    }

    /** That of a view's type. */
    K of(View view) {
        return of(view.dtype());
    }

    /** Goes through all that were made. */
    void forEach(Consumer<K> action) {
        made.values().forEach(action);
    }
}
