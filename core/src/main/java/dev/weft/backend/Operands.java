package dev.weft.backend;

import org.jspecify.annotations.Nullable;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Which components of a kind of call, a record, are views, and which of these are written: found
 * once for each record, so that a call's operands are listed where they are declared, and nowhere
 * else.
 */
final class Operands {
    private static final ClassValue<Operands> ALL =
            new ClassValue<>() {
                @Override
                protected Operands computeValue(Class<?> type) {
                    return new Operands(type);
                }
            };

    private final RecordComponent[] components;
    private final Constructor<?> constructor;
    private final List<RecordComponent> read = new ArrayList<>();
    private final List<RecordComponent> written = new ArrayList<>();
    private final boolean worksInPlace;

    private Operands(Class<?> type) {
        components = type.getRecordComponents();
        try {
            constructor =
                    type.getDeclaredConstructor(
                            Arrays.stream(components)
                                    .map(RecordComponent::getType)
                                    .toArray(Class<?>[]::new));
        } catch (NoSuchMethodException e) {
            throw new LinkageError(e.getMessage(), e);
        }
        boolean inPlace = false;
        for (RecordComponent component : components) {
            Output output = component.getAnnotation(Output.class);
            if (output == null) {
                read.add(component);
            }
            if (output != null || component.isAnnotationPresent(Updated.class)) {
                written.add(component);
            }
            inPlace |= output != null && output.inPlace();
        }
        worksInPlace = inPlace;
    }

    static Operands of(Object call) {
        return ALL.get(call.getClass());
    }

    List<View> reads(Object call) {
        return views(read, call);
    }

    List<View> writes(Object call) {
        return views(written, call);
    }

    boolean worksInPlace() {
        return worksInPlace;
    }

    /** What these components of a call are, in their order. */
    private static List<View> views(List<RecordComponent> components, Object call) {
        List<View> views = new ArrayList<>();
        for (RecordComponent component : components) {
            views.addAll(views(value(component, call)));
        }
        return views;
    }

    Object map(Object call, UnaryOperator<View> replacement) {
        @Nullable Object[] values = new Object[components.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = replaced(value(components[i], call), replacement);
        }
        try {
            return constructor.newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    private static @Nullable Object replaced(
            @Nullable Object value, UnaryOperator<View> replacement) {
        return switch (value) {
            case View view -> replacement.apply(view);
            case List<?> list -> list.stream().map(view -> replacement.apply((View) view)).toList();
            case Epilogue(View bias, var activation) when bias != null ->
                    new Epilogue(replacement.apply(bias), activation);
            case null, default -> value;
        };
    }

    private static List<View> views(@Nullable Object value) {
        return switch (value) {
            case View view -> List.of(view);
            case List<?> list -> list.stream().map(View.class::cast).toList();
            case Epilogue(View bias, var _) when bias != null -> List.of(bias);
            case null, default -> List.of();
        };
    }

    private static @Nullable Object value(RecordComponent component, Object call) {
        try {
            return component.getAccessor().invoke(call);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }
}
