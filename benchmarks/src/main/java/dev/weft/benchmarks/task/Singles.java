package dev.weft.benchmarks.task;

/** Numbers of F32, for libraries that take or give arrays of float. */
public final class Singles {
    private Singles() {}

    /** As floats. */
    public static float[] of(double[] values) {
        float[] singles = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            singles[i] = (float) values[i];
        }
        return singles;
    }

    /** As doubles. */
    public static double[] widened(float[] singles) {
        double[] values = new double[singles.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = singles[i];
        }
        return values;
    }
}
