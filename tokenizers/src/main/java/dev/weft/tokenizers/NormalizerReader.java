package dev.weft.tokenizers;

import java.text.Normalizer.Form;
import java.util.List;

/** Reads the section {@code normalizer}. */
final class NormalizerReader {
    private NormalizerReader() {}

    static Normalizer read(Json json) {
        if (json.isAbsent()) {
            return new Normalizer.Sequence(List.of());
        }
        return switch (json.type()) {
            case "Sequence" ->
                    new Normalizer.Sequence(
                            json.get("normalizers").list().stream()
                                    .map(NormalizerReader::read)
                                    .toList());
            case "BertNormalizer" -> bert(json);
            case "NFC" -> new CanonicalForm(Form.NFC);
            case "NFD" -> new CanonicalForm(Form.NFD);
            case "NFKC" -> new CanonicalForm(Form.NFKC);
            case "NFKD" -> new CanonicalForm(Form.NFKD);
            case "Lowercase" -> new Normalizer.Lowercase();
            case "Strip" ->
                    new Normalizer.Strip(
                            json.get("strip_left").truth(), json.get("strip_right").truth());
            case "StripAccents" -> Normalizer.Filter.accents();
            case "Nmt" -> Normalizer.Filter.nmt();
            case "Replace" ->
                    new Normalizer.Replace(
                            Patterns.read(json.get("pattern")), json.get("content").text());
            case "Prepend" -> new Normalizer.Prepend(json.get("prepend").text());
            case "Precompiled" -> CharsMap.read(json.get("precompiled_charsmap"));
            case "ByteLevel" -> new Normalizer.ByteLevel();
            default -> throw json.unknown("normalizer");
        };
    }

    private static Normalizer bert(Json json) {
        boolean lowercase = json.get("lowercase").truth();
        return BertNormalizer.of(
                json.get("clean_text").truth(),
                json.get("handle_chinese_chars").truth(),
                json.get("strip_accents").truth(lowercase),
                lowercase);
    }
}
