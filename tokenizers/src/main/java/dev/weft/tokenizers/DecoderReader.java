package dev.weft.tokenizers;

/** Reads the section {@code decoder}. */
final class DecoderReader {
    private DecoderReader() {}

    static Decoder read(Json json) {
        return switch (json.type()) {
            case "Sequence" ->
                    new Decoder.Sequence(
                            json.get("decoders").list().stream().map(DecoderReader::read).toList());
            case "WordPiece" ->
                    new Decoder.WordPiece(json.get("prefix").text(), json.get("cleanup").truth());
            case "ByteLevel" -> new Decoder.ByteLevel();
            case "Metaspace" ->
                    new Decoder.Metaspace(
                            Character.toString(json.get("replacement").character()),
                            PreTokenizerReader.prefix(json) != PreTokenizer.Prefix.NEVER);
            case "BPEDecoder" -> new Decoder.WordEnds(json.get("suffix").text());
            case "ByteFallback" -> new Decoder.ByteFallback();
            case "Fuse" -> new Decoder.Fuse();
            case "Strip" ->
                    new Decoder.Strip(
                            json.get("content").character(),
                            json.get("start").count(Integer.MAX_VALUE),
                            json.get("stop").count(Integer.MAX_VALUE));
            case "Replace" ->
                    new Decoder.Replace(
                            Patterns.read(json.get("pattern")), json.get("content").text());
            case "CTC" ->
                    new Decoder.Ctc(
                            json.get("pad_token").text(),
                            json.get("word_delimiter_token").text(),
                            json.get("cleanup").truth());
            default -> throw json.unknown("decoder");
        };
    }
}
