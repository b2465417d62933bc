package dev.weft.conformance;

import static dev.weft.conformance.Input.normal;
import static dev.weft.conformance.OpCase.opCase;

import dev.weft.Convolutions;
import dev.weft.backend.ConvolutionGeometry;

import java.util.List;

/** Convolutions and transposed ones, with the gradients of every operand. */
final class ConvolutionCases {
    private ConvolutionCases() {}

    static List<OpCase> all() {
        ConvolutionGeometry line =
                ConvolutionGeometry.of(1).stride(2).padding(new int[] {2}, new int[] {1});
        ConvolutionGeometry image = ConvolutionGeometry.of(2).padding(1).groups(2);
        ConvolutionGeometry volume = ConvolutionGeometry.of(3).dilation(2).padding(1);
        return List.of(
                opCase(
                        "conv1d",
                        v -> Convolutions.conv1d(v[0], v[1], v[2], line),
                        normal(2, 3, 7),
                        normal(2, 3, 3),
                        normal(2)),
                opCase(
                        "conv2d in groups",
                        v -> Convolutions.conv2d(v[0], v[1], null, image),
                        normal(1, 4, 4, 3),
                        normal(2, 2, 3, 2)),
                opCase(
                        "conv2d of a transposed x",
                        v -> Convolutions.conv2d(v[0].permute(0, 3, 1, 2), v[1], null, image),
                        normal(1, 4, 3, 4),
                        normal(2, 2, 3, 2)),
                opCase(
                        "conv2d, same",
                        v ->
                                Convolutions.conv2d(
                                        v[0],
                                        v[1],
                                        v[2],
                                        Convolutions.same(v[0], v[1], image.stride(2))),
                        normal(1, 4, 5, 4),
                        normal(2, 2, 3, 2),
                        normal(2)),
                opCase(
                        "conv3d",
                        v -> Convolutions.conv3d(v[0], v[1], null, volume),
                        normal(1, 2, 3, 3, 2),
                        normal(2, 2, 2, 1, 2)),
                opCase(
                        "conv_transpose1d",
                        v -> Convolutions.convTranspose1d(v[0], v[1], v[2], line, 1),
                        normal(2, 3, 4),
                        normal(3, 2, 3),
                        normal(2)),
                opCase(
                        "conv_transpose2d in groups",
                        v -> Convolutions.convTranspose2d(v[0], v[1], v[2], image),
                        normal(1, 4, 3, 3),
                        normal(4, 1, 3, 2),
                        normal(2)),
                opCase(
                        "conv_transpose3d",
                        v -> Convolutions.convTranspose3d(v[0], v[1], null, volume),
                        normal(1, 2, 2, 3, 2),
                        normal(2, 2, 2, 2, 3)));
    }
}
