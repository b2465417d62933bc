package dev.weft.metrics;

/** Where a figure lies with some confidence, both ends included; NaN where it is not defined. */
public record Interval(double low, double high) {}
