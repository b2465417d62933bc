package dev.weft.gpu;

public record GemmTuning() {}
