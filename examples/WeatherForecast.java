import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.HostArray;
import dev.weft.Scope;
import dev.weft.Tensor;
import dev.weft.data.Examples;
import dev.weft.data.InMemoryBatches;
import dev.weft.data.table.Column;
import dev.weft.data.table.CsvSource;
import dev.weft.data.table.Table;
import dev.weft.nn.ActivationLayer;
import dev.weft.nn.Child;
import dev.weft.nn.Flatten;
import dev.weft.nn.GRU;
import dev.weft.nn.Layer;
import dev.weft.nn.Linear;
import dev.weft.nn.Network;
import dev.weft.nn.Objective;
import dev.weft.nn.Pass;
import dev.weft.nn.Sequential;
import dev.weft.optim.Optimizer;
import dev.weft.optim.OptimizerKind;
import dev.weft.train.Trainer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Tomorrow's highest temperature from the last days' weather: a GRU beside an MLP of the same days,
 * and the forecast that tomorrow will be as today. The argument is a CSV of days in order, with the
 * columns date, precipitation, temp_max, temp_min and wind, as in vega-datasets'
 * seattle-weather.csv.
 */
public class WeatherForecast {
    private static final int DAYS = 14;
    private static final int FEATURES = 6;

    /** The last year, from which nothing is learned. */
    private static final int TEST = 365;

    /** The weather of windows of days, and by how many degrees the next day was warmer. */
    private record Windows(float[] days, float[] warmer) {
        Examples examples(int from, int to) {
            float[] inputs = Arrays.copyOfRange(days, from * DAYS * FEATURES, to * DAYS * FEATURES);
            float[] targets = Arrays.copyOfRange(warmer, from, to);
            return Examples.of(
                    HostArray.of(inputs, to - from, DAYS, FEATURES),
                    HostArray.of(targets, to - from, 1));
        }
    }

    /** The hidden state after the last day, and a number from it. */
    private record Forecaster(GRU gru, Linear head) implements Layer {
        @Override
        public List<Child> children() {
            return List.of(new Child("gru", gru), new Child("head", head));
        }

        @Override
        public Tensor forward(Pass pass, Tensor x) {
            Tensor last = pass.apply(gru, List.of(x)).get(1).select(0, 0);
            return pass.apply(head, last);
        }
    }

    public static void main(String[] args) throws IOException {
        if (args.length != 1) {
            System.err.println("WeatherForecast: needs one argument, the file of the weather");
            System.exit(2);
        }
        double[] errors = errors(Path.of(args[0]), 3);
        System.out.printf("as today: wrong by %.3f degrees on average%n", errors[0]);
        System.out.printf("MLP:      %.3f%n", errors[1]);
        System.out.printf("GRU:      %.3f%n", errors[2]);
    }

    /** Mean absolute errors over the last year: as today, MLP and GRU, of so many seeds each. */
    static double[] errors(Path file, int seeds) throws IOException {
        Windows windows = windows(file);
        int all = windows.warmer().length;
        Examples train = windows.examples(0, all - TEST);
        Examples test = windows.examples(all - TEST, all);
        double[] errors = new double[3];
        for (int i = all - TEST; i < all; i++) {
            errors[0] += Math.abs(windows.warmer()[i]) / TEST;
        }
        for (int seed = 1; seed <= seeds; seed++) {
            Layer mlp =
                    new Sequential(
                            new Flatten(),
                            new Linear(DAYS * FEATURES, 32),
                            ActivationLayer.relu(),
                            new Linear(32, 1));
            Layer gru = new Forecaster(new GRU(FEATURES, 16), new Linear(16, 1));
            errors[1] += error(mlp, train, test, seed) / seeds;
            errors[2] += error(gru, train, test, seed) / seeds;
        }
        return errors;
    }

    private static double error(Layer model, Examples train, Examples test, int seed) {
        try (Device device = Devices.best();
                Scope scope = device.scope()) {
            Network network = Network.create(device, model, seed);
            Optimizer adam = new Optimizer(network.parameters(), OptimizerKind.ADAM, 0.003);
            new Trainer(network, Objective.l1(), adam)
                    .train(new InMemoryBatches(device, train, 32), 1, 20, seed);
            Tensor forecast = network.forward(test.inputs().getFirst().on(device));
            Tensor truth = test.targets().getFirst().on(device);
            return forecast.sub(truth).abs().mean().item();
        }
    }

    private static Windows windows(Path file) throws IOException {
        Table rows = CsvSource.open(file).read();
        double[] warmest = numbers(rows, "temp_max");
        double[][] columns = {
            standard(Arrays.stream(numbers(rows, "precipitation")).map(Math::log1p).toArray()),
            standard(warmest),
            standard(numbers(rows, "temp_min")),
            standard(numbers(rows, "wind")),
            new double[rows.rows()],
            new double[rows.rows()]
        };
        long[] seconds = rows.times("date");
        for (int day = 0; day < seconds.length; day++) {
            double year = 2 * Math.PI * seconds[day] / (365.2425 * 86_400);
            columns[4][day] = Math.sin(year);
            columns[5][day] = Math.cos(year);
        }
        int count = rows.rows() - DAYS;
        float[] days = new float[count * DAYS * FEATURES];
        float[] warmer = new float[count];
        for (int i = 0; i < count; i++) {
            for (int cell = 0; cell < DAYS * FEATURES; cell++) {
                days[i * DAYS * FEATURES + cell] =
                        (float) columns[cell % FEATURES][i + cell / FEATURES];
            }
            warmer[i] = (float) (warmest[i + DAYS] - warmest[i + DAYS - 1]);
        }
        return new Windows(days, warmer);
    }

    private static double[] numbers(Table rows, String column) {
        return ((Column.Numbers) rows.column(column)).values();
    }

    /** By the mean and the deviation of the days before the last year. */
    private static double[] standard(double[] values) {
        double[] known = Arrays.copyOf(values, values.length - TEST);
        double mean = Arrays.stream(known).average().orElse(0);
        double variance =
                Arrays.stream(known).map(v -> (v - mean) * (v - mean)).average().orElse(1);
        return Arrays.stream(values).map(v -> (v - mean) / Math.sqrt(variance)).toArray();
    }
}
