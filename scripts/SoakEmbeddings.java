import dev.weft.embeddings.EmbeddingModel;
import dev.weft.embeddings.EncoderOptions;
import dev.weft.embeddings.SentenceEncoder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Embeds texts of all lengths, one by one and together, and prints what of memory is resident. */
public final class SoakEmbeddings {
    private SoakEmbeddings() {}

    /** The model, how many texts, and how many megabytes may be resident at the end. */
    public static void main(String[] args) throws IOException {
        int count = Integer.parseInt(args[1]);
        long allowed = Long.parseLong(args[2]);
        Random random = new Random(1);
        try (EmbeddingModel model =
                SentenceEncoder.open(Path.of(args[0]), EncoderOptions.defaults().device("cpu"))) {
            for (int done = 0; done < count; ) {
                List<String> texts = new ArrayList<>();
                for (int i = random.nextInt(1, 33); i > 0; i--) {
                    texts.add("whale sea ship ".repeat(random.nextInt(1, 60)));
                }
                model.embedAll(texts);
                model.embed(texts.getFirst());
                int before = done;
                done += texts.size() + 1;
                if (before / 1000 < done / 1000 || done >= count) {
                    System.out.printf("%d texts: %d MB resident%n", done, resident());
                }
            }
        }
        if (resident() > allowed) {
            System.err.printf("soak: more than %d MB are resident%n", allowed);
            System.exit(1);
        }
    }

    /** Of the process, by Linux. */
    private static long resident() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1000;
            }
        }
        throw new IOException("/proc/self/status has no VmRSS");
    }
}
