package dev.weft.data;

import java.util.List;

/**
 * How people write the ten digits: for each, several ways; for each way, its strokes; for each
 * stroke, the points that a smooth curve passes through. x runs from 0 (left) to about 70, y from 0
 * (top) to 100. A point written twice is a corner.
 */
final class DigitShape {
    private static final List<List<DigitShape>> BY_DIGIT =
            List.of(
                    List.of(
                            way(
                                    stroke(
                                            40, 1, 16, 13, 3, 50, 14, 87, 36, 99, 58, 85, 67, 48,
                                            57, 13, 38, 1)),
                            way(
                                    stroke(
                                            50, 6, 24, 4, 6, 36, 8, 78, 32, 98, 60, 78, 64, 38, 46,
                                            8, 30, 4))),
                    List.of(
                            way(stroke(36, 0, 35, 50, 34, 100)),
                            way(stroke(17, 24, 30, 14, 40, 0, 40, 0, 39, 50, 38, 100)),
                            way(
                                    stroke(18, 20, 38, 0, 38, 0, 37, 50, 37, 98),
                                    stroke(12, 99, 36, 98, 62, 99))),
                    List.of(
                            way(
                                    stroke(
                                            7, 24, 20, 5, 42, 1, 60, 16, 56, 40, 36, 66, 5, 97, 5,
                                            97, 36, 96, 67, 95)),
                            way(
                                    stroke(
                                            8, 20, 26, 2, 50, 6, 58, 28, 42, 60, 20, 88, 6, 92, 8,
                                            78, 26, 82, 48, 96, 68, 88))),
                    List.of(
                            way(
                                    stroke(
                                            7, 12, 30, 1, 56, 12, 52, 34, 27, 47, 27, 47, 56, 57,
                                            63, 80, 38, 99, 5, 88)),
                            way(
                                    stroke(
                                            8, 3, 34, 2, 60, 3, 60, 3, 44, 24, 30, 42, 30, 42, 58,
                                            54, 60, 84, 34, 99, 6, 90))),
                    List.of(
                            way(
                                    stroke(16, 3, 12, 30, 6, 56, 6, 56, 36, 55, 68, 52),
                                    stroke(52, 18, 50, 60, 47, 100)),
                            way(
                                    stroke(49, 1, 26, 34, 4, 64, 4, 64, 36, 64, 69, 63),
                                    stroke(49, 1, 49, 50, 48, 100)),
                            way(
                                    stroke(10, 4, 6, 36, 20, 52, 42, 48, 58, 36),
                                    stroke(60, 2, 56, 50, 50, 100))),
                    List.of(
                            way(
                                    stroke(
                                            62, 2, 40, 3, 18, 4, 18, 4, 15, 24, 12, 44, 12, 44, 40,
                                            36, 63, 56, 58, 86, 32, 99, 4, 89)),
                            way(
                                    stroke(
                                            20, 6, 14, 46, 14, 46, 42, 40, 62, 62, 50, 92, 24, 99,
                                            6, 92),
                                    stroke(20, 6, 42, 5, 64, 1))),
                    List.of(
                            way(
                                    stroke(
                                            52, 1, 26, 24, 9, 58, 14, 90, 37, 99, 59, 83, 54, 60,
                                            34, 54, 13, 70)),
                            way(
                                    stroke(
                                            30, 0, 12, 40, 8, 78, 26, 99, 52, 92, 60, 72, 46, 56,
                                            24, 60, 10, 76))),
                    List.of(
                            way(stroke(4, 7, 34, 5, 65, 3, 65, 3, 46, 44, 30, 100)),
                            way(
                                    stroke(5, 5, 36, 4, 66, 3, 66, 3, 46, 48, 32, 100),
                                    stroke(24, 54, 42, 51, 60, 50)),
                            way(stroke(6, 20, 7, 6, 7, 6, 36, 5, 64, 6, 64, 6, 40, 40, 34, 100))),
                    List.of(
                            way(
                                    stroke(
                                            57, 12, 34, 1, 13, 16, 24, 40, 50, 60, 58, 84, 34, 99,
                                            10, 84, 18, 60, 46, 38, 57, 12)),
                            way(
                                    stroke(34, 0, 14, 20, 32, 45, 54, 22, 34, 0),
                                    stroke(32, 45, 7, 72, 34, 100, 62, 74, 34, 45))),
                    List.of(
                            way(
                                    stroke(
                                            60, 16, 38, 1, 12, 18, 14, 44, 38, 50, 60, 18, 60, 18,
                                            57, 60, 53, 100)),
                            way(
                                    stroke(
                                            60, 20, 42, 2, 16, 12, 10, 38, 30, 52, 52, 40, 60, 18,
                                            60, 18, 62, 56, 48, 92, 14, 96))));

    private final List<float[]> strokes;

    private DigitShape(List<float[]> strokes) {
        this.strokes = strokes;
    }

    /** The ways to write {@code digit}. */
    static List<DigitShape> of(int digit) {
        return BY_DIGIT.get(digit);
    }

    /** x0, y0, x1, y1, … of each stroke. */
    List<float[]> strokes() {
        return strokes;
    }

    private static DigitShape way(float[]... strokes) {
        return new DigitShape(List.of(strokes));
    }

    private static float[] stroke(float... points) {
        return points;
    }
}
