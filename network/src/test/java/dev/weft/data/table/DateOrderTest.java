package dev.weft.data.table;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.LocalDateTime;
import java.time.ZoneOffset;

class DateOrderTest {
    @ParameterizedTest
    @CsvSource({
        "YEAR_MONTH_DAY, 2012-01-31, 2012-01-31T00:00",
        "YEAR_MONTH_DAY, 2012/1/5, 2012-01-05T00:00",
        "DAY_MONTH_YEAR, 31.01.2012, 2012-01-31T00:00",
        "MONTH_DAY_YEAR, 01/31/2012, 2012-01-31T00:00",
        "YEAR_MONTH_DAY, 2012-02-29 14:05, 2012-02-29T14:05",
        "YEAR_MONTH_DAY, 2012-02-29T14:05:59.123Z, 2012-02-29T14:05:59",
        "YEAR_MONTH_DAY, 2012-02-29T01:05:59+02:00, 2012-02-28T23:05:59",
        "YEAR_MONTH_DAY, 1969-12-31T23:59:59-0130, 1970-01-01T01:29:59",
    })
    void readsDates(DateOrder order, String text, String expected) {
        assertEquals(
                LocalDateTime.parse(expected).toEpochSecond(ZoneOffset.UTC), order.seconds(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "2012",
                "2012-01",
                "2012-13-01",
                "2011-02-29",
                "2012-01-32",
                "2012-01.05",
                "12-01-05",
                "2012-01-05x",
                "2012-01-05T",
                "2012-01-05T25:00",
                "2012-01-05 1:60",
                "2012-01-05T10:00Zx",
                "2012-01-05T10:00+2",
                "31.01.2012"
            })
    void refusesOthers(String text) {
        assertEquals(DateOrder.MISSING, DateOrder.YEAR_MONTH_DAY.seconds(text), text);
    }

    @Test
    void refusesAnotherOrder() {
        assertEquals(DateOrder.MISSING, DateOrder.MONTH_DAY_YEAR.seconds("31/01/2012"));
    }
}
