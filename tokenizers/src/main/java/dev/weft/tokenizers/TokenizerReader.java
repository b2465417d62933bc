package dev.weft.tokenizers;

import java.util.List;

/** Reads a whole tokenizer.json. */
final class TokenizerReader {
    private TokenizerReader() {}

    static Tokenizer read(Json json) {
        Model model = model(json.get("model"));
        Normalizer normalizer = NormalizerReader.read(json.get("normalizer"));
        PostProcessor postProcessor = PostProcessorReader.read(json.get("post_processor"));
        Json truncation = json.get("truncation");
        Json padding = json.get("padding");
        Json decoder = json.get("decoder");
        return new Tokenizer(
                model,
                PreTokenizerReader.read(json.get("pre_tokenizer")),
                postProcessor,
                decoder.isAbsent() ? null : DecoderReader.read(decoder),
                AddedVocabulary.read(json.get("added_tokens"), model.vocabulary(), normalizer),
                truncation.isAbsent() ? null : Truncation.read(truncation),
                padding.isAbsent() ? null : Padding.read(padding));
    }

    private static Model model(Json json) {
        return switch (json.get("type").text(untaggedType(json))) {
            case "BPE" -> Bpe.read(json);
            case "WordPiece" -> WordPiece.read(json);
            case "Unigram" -> Unigram.read(json);
            case "WordLevel" -> WordLevel.read(json);
            default -> throw json.unknown("model");
        };
    }

    /** Files of before 2021 do not say which model they have. */
    private static String untaggedType(Json json) {
        if (json.get("vocab").value() instanceof List<?>) {
            return "Unigram";
        }
        if (!json.get("merges").isAbsent()) {
            return "BPE";
        }
        return json.get("continuing_subword_prefix").isAbsent() ? "WordLevel" : "WordPiece";
    }
}
