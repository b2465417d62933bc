package dev.weft.tokenizers;

import java.util.List;

/** Reads the section {@code pre_tokenizer}. */
final class PreTokenizerReader {
    private static final PreTokenizer BERT =
            new PreTokenizer.Sequence(
                    List.of(
                            new PreTokenizer.AtCharacters(
                                    Characters::isWhitespace, SplitBehavior.REMOVED),
                            new PreTokenizer.AtCharacters(
                                    Characters::isPunctuation, SplitBehavior.ISOLATED)));

    private PreTokenizerReader() {}

    static PreTokenizer read(Json json) {
        if (json.isAbsent()) {
            return new PreTokenizer.Sequence(List.of());
        }
        return switch (json.type()) {
            case "Sequence" ->
                    new PreTokenizer.Sequence(
                            json.get("pretokenizers").list().stream()
                                    .map(PreTokenizerReader::read)
                                    .toList());
            case "BertPreTokenizer" -> BERT;
            case "Whitespace" -> new PreTokenizer.Whitespace();
            case "WhitespaceSplit" ->
                    new PreTokenizer.AtCharacters(Characters::isWhitespace, SplitBehavior.REMOVED);
            case "Punctuation" -> punctuation(json.get("behavior"));
            case "Digits" -> digits(json.get("individual_digits").truth(false));
            case "CharDelimiterSplit" -> delimiter(json.get("delimiter").character());
            case "Split" ->
                    new PreTokenizer.AtPattern(
                            Patterns.read(json.get("pattern")),
                            SplitBehavior.read(json.get("behavior")),
                            json.get("invert").truth(false));
            case "ByteLevel" ->
                    new PreTokenizer.ByteLevel(
                            json.get("add_prefix_space").truth(true),
                            json.get("use_regex").truth(true));
            case "Metaspace" ->
                    new PreTokenizer.Metaspace(
                            Character.toString(json.get("replacement").character()),
                            prefix(json),
                            json.get("split").truth(true));
            case "UnicodeScripts" -> new PreTokenizer.UnicodeScripts();
            case "FixedLength" -> fixedLength(json.get("length"));
            default -> throw json.unknown("pre-tokenizer");
        };
    }

    private static PreTokenizer punctuation(Json behavior) {
        return new PreTokenizer.AtCharacters(
                Characters::isPunctuation,
                behavior.isAbsent() ? SplitBehavior.ISOLATED : SplitBehavior.read(behavior));
    }

    private static PreTokenizer digits(boolean isEachAlone) {
        return new PreTokenizer.AtCharacters(
                Characters::isNumeric,
                isEachAlone ? SplitBehavior.ISOLATED : SplitBehavior.CONTIGUOUS);
    }

    private static PreTokenizer delimiter(int delimiter) {
        return new PreTokenizer.AtCharacters(c -> c == delimiter, SplitBehavior.REMOVED);
    }

    private static PreTokenizer fixedLength(Json length) {
        if (length.count(Integer.MAX_VALUE) == 0) {
            throw length.error("pieces of no characters");
        }
        return new PreTokenizer.FixedLength(length.count(Integer.MAX_VALUE));
    }

    /**
     * When {@code Metaspace} puts a mark before the text: files of before 2024 say it otherwise.
     */
    static PreTokenizer.Prefix prefix(Json json) {
        boolean isAdded = json.get("add_prefix_space").truth(true);
        Json scheme = json.get("prepend_scheme");
        PreTokenizer.Prefix prefix =
                switch (scheme.text(isAdded ? "always" : "never")) {
                    case "always" -> PreTokenizer.Prefix.ALWAYS;
                    case "first" -> PreTokenizer.Prefix.FIRST;
                    case "never" -> PreTokenizer.Prefix.NEVER;
                    default ->
                            throw scheme.error(
                                    "unknown scheme \"%s\"".formatted(Json.excerpt(scheme.text())));
                };
        if (!isAdded && prefix != PreTokenizer.Prefix.NEVER) {
            throw scheme.error("contradicts add_prefix_space, which is false");
        }
        return prefix;
    }
}
