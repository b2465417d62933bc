package dev.weft.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.HostArray;
import dev.weft.Losses;
import dev.weft.Scope;
import dev.weft.ShapeException;
import dev.weft.Tensor;
import dev.weft.nn.Objective;
import dev.weft.nn.Task;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

/** The loss and the figures of texts, whose every token has a place. */
class TokensTest {
    private static final double NATS_OF_A_BIT = Math.log(2);

    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();

    @AfterEach
    void close() {
        scope.close();
        device.close();
    }

    @Test
    void theLossIsTheMeanOverAllPlaces() {
        Objective objective = Objective.tokenCrossEntropy();
        assertEquals(Task.TOKENS, objective.task());
        assertEquals("token_cross_entropy", objective.label());
        float[] numbers = {1, 0, 2, 0, 3, 1, 1, 1, 1, 2, 2, 0};
        Tensor logits = device.tensor(numbers, 2, 2, 3);
        Tensor target = device.tensor(new int[] {0, 1, 2, 0}, 2, 2);
        double loss = objective.loss(List.of(logits), List.of(target), null).item();
        Tensor rows = device.tensor(numbers, 4, 3);
        Tensor labels = device.tensor(new int[] {0, 1, 2, 0}, 4);
        assertEquals(Losses.crossEntropy(rows, labels).item(), loss, 1e-6);
        // The first text alone.
        Tensor weights = device.tensor(new float[] {1, 0}, 2);
        assertEquals(
                Losses.crossEntropy(rows.slice(0, 0, 2), labels.slice(0, 0, 2)).item(),
                objective.loss(List.of(logits), List.of(target), weights).item(),
                1e-6);
        for (Tensor wrong : List.of(labels, device.tensor(new int[2], 2, 1))) {
            assertThrows(
                    ShapeException.class,
                    () -> objective.loss(List.of(logits), List.of(wrong), null));
        }
        assertEquals(Task.TOKENS, Objective.named("token_cross_entropy", Task.TOKENS).task());
    }

    @Test
    void theFiguresAreBitsAndHowManyWereTheLikeliest() {
        Meter meter = Meter.tokens("character");
        float[] probabilities = {0.5f, 0.25f, 0.25f, 0.25f, 0.25f, 0.5f};
        int[] target = {0, 1};
        meter.add(HostArray.of(probabilities, 1, 2, 3), HostArray.of(target, 1, 2), null);
        assertEquals(Map.of("bits_per_character", 1.5, "accuracy", 0.5), meter.figures());
        Tensor logits = device.tensor(probabilities, 1, 2, 3).log();
        Objective objective = Objective.tokenCrossEntropy();
        Tensor targets = device.tensor(target, 1, 2);
        double nats = objective.loss(List.of(logits), List.of(targets), null).item();
        assertEquals(1.5, nats / NATS_OF_A_BIT, 1e-6);
        assertArrayEquals(probabilities, objective.predictions(logits).toFloatArray(), 1e-6f);
        // What a float takes for impossible costs many bits, not infinitely many.
        Meter sure = Meter.of(Task.TOKENS, 2);
        sure.add(
                HostArray.of(new float[] {1, 0}, 1, 1, 2), HostArray.of(new int[] {1}, 1, 1), null);
        assertEquals(Map.of("bits_per_token", 149.0, "accuracy", 0.0), sure.figures());
        // The second text counts three times the first.
        Meter weighted = Meter.of(Task.TOKENS, 2);
        weighted.add(
                HostArray.of(new float[] {0.5f, 0.5f, 0.25f, 0.75f}, 2, 1, 2),
                HostArray.of(new int[] {0, 0}, 2, 1),
                HostArray.of(new float[] {1, 3}, 2));
        assertEquals(Map.of("bits_per_token", 1.75, "accuracy", 0.25), weighted.figures());
    }
}
