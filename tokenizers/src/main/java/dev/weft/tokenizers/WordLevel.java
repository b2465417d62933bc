package dev.weft.tokenizers;

/** Each word is a token. */
record WordLevel(Vocabulary vocabulary, int unknownId) implements Model {
    static WordLevel read(Json json) {
        Vocabulary vocabulary = Vocabulary.read(json.get("vocab"));
        return new WordLevel(
                vocabulary, vocabulary.unknownId(json, json.get("unk_token").text("<unk>")));
    }

    @Override
    public void tokenize(Text text, int word, TokenList out) {
        int known = vocabulary.id(text.toString());
        int id = known < 0 ? unknownId : known;
        out.add(id, vocabulary.known(id), text.start(0), text.end(text.length()), word);
    }
}
