package dev.weft.data.table;

import java.util.LinkedHashMap;
import java.util.Map;

/** Encoders as JSON. */
final class EncoderJson {
    private EncoderJson() {}

    static Map<String, Object> toMap(Encoder encoder) {
        Map<String, Object> map = new LinkedHashMap<>(encoder.field().toMap());
        map.put("encoder", kind(encoder));
        map.putAll(encoder.toMap());
        return map;
    }

    /** What it does, as files and reports name it. */
    static String kind(Encoder encoder) {
        return switch (encoder) {
            case NumberEncoder _ -> "number";
            case OneHotEncoder _ -> "one_hot";
            case OrdinalEncoder _ -> "ordinal";
            case HashingEncoder _ -> "hashing";
            case TargetEncoder _ -> "target";
            case DateEncoder _ -> "date";
            case WordsEncoder _ -> "words";
        };
    }

    static Encoder of(JsonMap json) {
        Field field = Field.of(json);
        return switch (json.text("encoder")) {
            case "number" -> NumberEncoder.of(field, json);
            case "one_hot" -> OneHotEncoder.of(field, json);
            case "ordinal" -> OrdinalEncoder.of(field, json);
            case "hashing" -> HashingEncoder.of(field, json);
            case "target" -> TargetEncoder.of(field, json);
            case "date" -> DateEncoder.of(field, json);
            case "words" -> WordsEncoder.of(field, json);
            default -> throw new JsonMap.Damaged("there is no encoder " + json.text("encoder"));
        };
    }
}
