package dev.weft.tokenizers;

/** Cuts a word into tokens of its vocabulary. */
sealed interface Model permits Bpe, Unigram, WordLevel, WordPiece {
    Vocabulary vocabulary();

    /**
     * Adds the tokens of a word that is not empty, with the word's number.
     *
     * @throws TokenizerException where the model has no token for it, nor one for what is unknown
     */
    void tokenize(Text text, int word, TokenList out);
}
