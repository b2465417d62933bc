package dev.weft.data;

import java.util.Arrays;

/**
 * A small grey canvas that strokes are drawn on: each pixel's grey is a smooth step of its distance
 * to the nearest stroke, which gives soft edges without supersampling.
 */
final class Ink {
    private final int side;
    private final float[] distances;

    /** A canvas of side × side pixels. */
    Ink(int side) {
        this.side = side;
        this.distances = new float[side * side];
    }

    /** Takes all strokes away. */
    void clear() {
        Arrays.fill(distances, Float.MAX_VALUE);
    }

    /**
     * d²(p) = min(d²(p), |p - segment|²) for the pixels within {@code reach} of the segment from
     * (x0, y0) to (x1, y1); pixel centres are at whole numbers.
     */
    void segment(float x0, float y0, float x1, float y1, float reach) {
        int left = Math.max(0, (int) Math.ceil(Math.min(x0, x1) - reach));
        int right = Math.min(side - 1, (int) Math.floor(Math.max(x0, x1) + reach));
        int top = Math.max(0, (int) Math.ceil(Math.min(y0, y1) - reach));
        int bottom = Math.min(side - 1, (int) Math.floor(Math.max(y0, y1) + reach));
        float dx = x1 - x0;
        float dy = y1 - y0;
        float inverse = 1 / Math.max(1e-12f, dx * dx + dy * dy);
        for (int y = top; y <= bottom; y++) {
            for (int x = left; x <= right; x++) {
                float px = x - x0;
                float py = y - y0;
                float along = Math.clamp((px * dx + py * dy) * inverse, 0, 1);
                float ex = px - along * dx;
                float ey = py - along * dy;
                int at = y * side + x;
                distances[at] = Math.min(distances[at], ex * ex + ey * ey);
            }
        }
    }

    /**
     * The grey at a pixel, 0 to 1: 1 within radius - soft/2 of a stroke, 0 beyond radius + soft/2.
     */
    float grey(int pixel, float radius, float soft) {
        float squared = distances[pixel];
        float outer = radius + soft / 2;
        if (squared >= outer * outer) {
            return 0;
        }
        float t = Math.min(1, (outer - (float) Math.sqrt(squared)) / soft);
        return t * t * (3 - 2 * t);
    }
}
