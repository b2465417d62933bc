package dev.weft.data.table;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Parts of a date: the year standardised, others as the sine and cosine of how far they are round.
 * All 0 for a missing date, and where some training rows had none, one more feature, 1 for a
 * missing date.
 *
 * @param field the column
 * @param parts which
 * @param year the mean year
 * @param scale what its difference is multiplied with
 * @param indicator whether there is one more feature
 */
record DateEncoder(Field field, List<DatePart> parts, double year, double scale, boolean indicator)
        implements Encoder {
    /** Of fewer years a network learns what each was like, and fails in the next. */
    private static final int YEARS = 5;

    /** Fitted to the dates of the training rows; takes these parts, or those that make sense. */
    static DateEncoder fit(
            Field field, Profile.OfDates dates, Set<DatePart> wanted, boolean indicator) {
        List<DatePart> parts = new ArrayList<>();
        for (DatePart part : DatePart.values()) {
            if (dates.varies(part)
                    && (wanted.isEmpty() ? makesSense(part, dates) : wanted.contains(part))) {
                parts.add(part);
            }
        }
        double deviation = dates.years.deviation();
        return new DateEncoder(
                field,
                List.copyOf(parts),
                dates.years.mean(),
                deviation == 0 ? 1 : 1 / deviation,
                indicator && dates.missing() > 0);
    }

    private static boolean makesSense(DatePart part, Profile.OfDates dates) {
        return switch (part) {
            case YEAR -> !dates.varies(DatePart.SEASON) || dates.span(DatePart.YEAR) + 1 >= YEARS;
            case WEEKDAY -> dates.varies(DatePart.TIME);
            case SEASON, TIME -> true;
        };
    }

    @Override
    public List<String> features() {
        List<String> names = new ArrayList<>();
        for (DatePart part : parts) {
            String name = field.name() + " " + part.label();
            if (part.period() == 0) {
                names.add(name);
            } else {
                names.add(name + " sin");
                names.add(name + " cos");
            }
        }
        if (indicator) {
            names.add(field.name() + " missing");
        }
        return names;
    }

    @Override
    public void encode(Column cells, float[] out, int at, int stride) {
        long[] seconds = ((Column.Dates) cells).seconds();
        int width = features().size();
        for (int i = 0; i < seconds.length; i++) {
            int place = at + i * stride;
            if (seconds[i] == Column.Dates.MISSING) {
                if (indicator) {
                    out[place + width - 1] = 1;
                }
                continue;
            }
            LocalDateTime date = LocalDateTime.ofEpochSecond(seconds[i], 0, ZoneOffset.UTC);
            for (DatePart part : parts) {
                int value = part.of(date);
                if (part.period() == 0) {
                    out[place++] = (float) ((value - year) * scale);
                } else {
                    out[place++] = part.sine(value);
                    out[place++] = part.cosine(value);
                }
            }
        }
    }

    @Override
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("parts", parts.stream().map(Enum::name).toList());
        map.put("year", year);
        map.put("scale", scale);
        map.put("indicator", indicator);
        return map;
    }

    static DateEncoder of(Field field, JsonMap json) {
        List<DatePart> parts = new ArrayList<>();
        for (String part : json.texts("parts")) {
            parts.add(new JsonMap(Map.of("part", part)).choice("part", DatePart.class));
        }
        return new DateEncoder(
                field,
                List.copyOf(parts),
                json.number("year"),
                json.number("scale"),
                json.flag("indicator"));
    }
}
