package dev.weft.tokenizers;

import org.jspecify.annotations.Nullable;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Text as the tokens of a pretrained model, and back, as Hugging Face's {@code tokenizer.json}
 * says. It never changes, and any number of threads may use it.
 *
 * <pre>{@code
 * Tokenizer tokenizer = Tokenizer.open(Path.of("all-MiniLM-L6-v2/tokenizer.json"));
 * Encoding encoding = tokenizer.encode("A man is eating food.");
 * int[] ids = encoding.ids(); // 101 for [CLS], …, 102 for [SEP]
 * }</pre>
 *
 * A surrogate without its other half is taken for U+FFFD. Characters are classed as the JDK's
 * version of Unicode classes them.
 */
public final class Tokenizer {
    private final Model model;
    private final PreTokenizer preTokenizer;
    private final PostProcessor postProcessor;
    private final @Nullable Decoder decoder;
    private final AddedVocabulary added;
    private final @Nullable Truncation truncation;
    private final @Nullable Padding padding;

    Tokenizer(
            Model model,
            PreTokenizer preTokenizer,
            PostProcessor postProcessor,
            @Nullable Decoder decoder,
            AddedVocabulary added,
            @Nullable Truncation truncation,
            @Nullable Padding padding) {
        this.model = model;
        this.preTokenizer = preTokenizer;
        this.postProcessor = postProcessor;
        this.decoder = decoder;
        this.added = added;
        this.truncation = truncation;
        this.padding = padding;
    }

    /**
     * The one that a tokenizer.json describes.
     *
     * @throws IOException where the file cannot be read
     * @throws TokenizerException where it is no tokenizer.json, or of a kind that is not known
     */
    public static Tokenizer open(Path file) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            return open(in, file.toString());
        }
    }

    /**
     * The one that a tokenizer.json describes, which may lie in a jar.
     *
     * @param name what messages call it
     * @throws IOException where the stream cannot be read
     * @throws TokenizerException where it is no tokenizer.json, or of a kind that is not known
     */
    public static Tokenizer open(InputStream in, String name) throws IOException {
        return TokenizerReader.read(Json.read(in, name));
    }

    /** The same, which cuts like this, or not at all. */
    public Tokenizer withTruncation(@Nullable Truncation newTruncation) {
        return new Tokenizer(
                model, preTokenizer, postProcessor, decoder, added, newTruncation, padding);
    }

    /** The same, which fills up like this, or not at all. */
    public Tokenizer withPadding(@Nullable Padding newPadding) {
        return new Tokenizer(
                model, preTokenizer, postProcessor, decoder, added, truncation, newPadding);
    }

    /** How it cuts, or null. */
    public @Nullable Truncation truncation() {
        return truncation;
    }

    /** How it fills up, or null. */
    public @Nullable Padding padding() {
        return padding;
    }

    /**
     * A text's tokens, with those that the model wants around them.
     *
     * @throws TokenizerException where the model has no token for a part of it, nor one for what is
     *     unknown, or where it cannot be cut as it should
     */
    public Encoding encode(String text) {
        return padded(List.of(first(List.of(text), true))).getFirst();
    }

    /** As {@link #encode(String)}, of two texts. */
    public Encoding encode(String text, String pair) {
        return padded(List.of(first(List.of(text, pair), true))).getFirst();
    }

    /** As {@link #encode(String)}, without special tokens. */
    public Encoding encodePlain(String text) {
        return padded(List.of(first(List.of(text), false))).getFirst();
    }

    /** As {@link #encode(String)} of each; padding makes all of one length. */
    public List<Encoding> encodeAll(List<String> texts) {
        List<TokenList> lists = new ArrayList<>(texts.size());
        for (String text : texts) {
            lists.add(first(List.of(text), true));
        }
        return padded(lists);
    }

    /**
     * All of a text, in as many encodings as truncation makes of it: the first is that of {@link
     * #encode(String)}, and the others go on from there.
     */
    public List<Encoding> encodeWindows(String text) {
        return windows(List.of(text));
    }

    /**
     * All of two texts: each window of the first with each of the second, so that both being long
     * makes very many.
     */
    public List<Encoding> encodeWindows(String text, String pair) {
        return windows(List.of(text, pair));
    }

    private TokenList first(List<String> texts, boolean addsSpecial) {
        List<TokenList> sequences = tokenize(texts);
        Truncation cut = truncation;
        if (cut != null) {
            int special = addsSpecial ? postProcessor.added(texts.size() > 1) : 0;
            sequences = new Windows(cut, special).first(sequences);
        }
        return join(sequences, addsSpecial);
    }

    private List<Encoding> windows(List<String> texts) {
        List<TokenList> sequences = tokenize(texts);
        Truncation cut = truncation;
        if (cut == null) {
            return padded(List.of(join(sequences, true)));
        }
        List<TokenList> joined = new ArrayList<>();
        for (List<TokenList> window :
                new Windows(cut, postProcessor.added(texts.size() > 1)).all(sequences)) {
            joined.add(join(window.stream().map(TokenList::copy).toList(), true));
        }
        return padded(joined);
    }

    private List<TokenList> tokenize(List<String> texts) {
        List<TokenList> sequences = new ArrayList<>(texts.size());
        for (String text : texts) {
            TokenList tokens = new Run().tokens(text);
            tokens.setTypeIds(sequences.size());
            sequences.add(tokens);
        }
        return sequences;
    }

    private TokenList join(List<TokenList> sequences, boolean addsSpecial) {
        List<TokenList> parts = postProcessor.process(sequences, addsSpecial);
        TokenList all = new TokenList();
        parts.forEach(all::addAll);
        return all;
    }

    private List<Encoding> padded(List<TokenList> lists) {
        Padding fill = padding;
        if (fill == null) {
            return lists.stream().map(Encoding::of).toList();
        }
        int length = fill.lengthFor(lists.stream().mapToInt(TokenList::size).max().orElse(0));
        return lists.stream().map(list -> Encoding.of(list, length, fill)).toList();
    }

    /** The way of one text through all parts. */
    private final class Run implements AddedVocabulary.Parts {
        private final TokenList out = new TokenList();
        private int words;

        TokenList tokens(String text) {
            added.split(Text.of(text), this);
            return out;
        }

        @Override
        public void text(Text part) {
            preTokenizer.split(part, word -> model.tokenize(word, words++, out));
        }

        @Override
        public void token(AddedToken token, Text part) {
            out.add(token.id(), part.toString(), part.start(0), part.end(part.length()), words++);
        }
    }

    /**
     * The text of tokens.
     *
     * @param skipsSpecial whether special tokens are left out
     * @throws IllegalArgumentException where an id has no token
     */
    public String decode(int[] ids, boolean skipsSpecial) {
        List<String> tokens = new ArrayList<>(ids.length);
        for (int id : ids) {
            String token = idToToken(id);
            if (token == null) {
                throw new IllegalArgumentException(
                        "decode: no token of %d has the id %d".formatted(vocabularySize(), id));
            }
            AddedToken special = added.find(token);
            if (!skipsSpecial || special == null || !special.isSpecial()) {
                tokens.add(token);
            }
        }
        return decoder == null ? String.join(" ", tokens) : String.join("", decoder.decode(tokens));
    }

    /** The id of a token, if there is one. */
    public OptionalInt tokenToId(String token) {
        AddedToken known = added.find(token);
        int id = known == null ? model.vocabulary().id(token) : known.id();
        return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /** The token of an id, or null. */
    public @Nullable String idToToken(int id) {
        AddedToken known = added.find(id);
        return known == null ? model.vocabulary().token(id) : known.content();
    }

    /** How many tokens there are, added ones among them. Ids may have gaps, and go beyond. */
    public int vocabularySize() {
        int size = model.vocabulary().size();
        for (AddedToken token : added.tokens()) {
            size += model.vocabulary().id(token.content()) < 0 ? 1 : 0;
        }
        return size;
    }
}
