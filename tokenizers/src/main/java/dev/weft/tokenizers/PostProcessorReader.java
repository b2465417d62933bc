package dev.weft.tokenizers;

import dev.weft.tokenizers.PostProcessor.OfText;
import dev.weft.tokenizers.PostProcessor.Piece;
import dev.weft.tokenizers.PostProcessor.Special;
import dev.weft.tokenizers.PostProcessor.Template;
import dev.weft.tokenizers.PostProcessor.TrimmedOffsets;

import java.util.List;

/** Reads the section {@code post_processor}. */
final class PostProcessorReader {
    private PostProcessorReader() {}

    static PostProcessor read(Json json) {
        if (json.isAbsent()) {
            return new PostProcessor.Sequence(List.of());
        }
        return switch (json.type()) {
            case "Sequence" -> sequence(json.get("processors"));
            case "TemplateProcessing" -> template(json);
            case "BertProcessing" -> bert(json);
            case "RobertaProcessing" -> roberta(json);
            case "ByteLevel" -> trimmed(json);
            default -> throw json.unknown("post-processor");
        };
    }

    private static PostProcessor sequence(Json list) {
        List<PostProcessor> parts = list.list().stream().map(PostProcessorReader::read).toList();
        if (parts.stream().filter(part -> part.added(true) > 0).count() > 1) {
            throw list.error("more than one adds special tokens");
        }
        return new PostProcessor.Sequence(parts);
    }

    private static PostProcessor trimmed(Json json) {
        return json.get("trim_offsets").truth(true)
                ? new TrimmedOffsets(json.get("add_prefix_space").truth(true))
                : new PostProcessor.Sequence(List.of());
    }

    private static PostProcessor bert(Json json) {
        Json cls = json.get("cls");
        Json sep = json.get("sep");
        List<Piece> single = List.of(Special.of(cls, 0), new OfText(0, 0), Special.of(sep, 0));
        List<Piece> pair =
                List.of(
                        Special.of(cls, 0),
                        new OfText(0, 0),
                        Special.of(sep, 0),
                        new OfText(1, 1),
                        Special.of(sep, 1));
        return new Template(single, pair);
    }

    /** All of one type, and two separators between two texts. */
    private static PostProcessor roberta(Json json) {
        Json cls = json.get("cls");
        Json sep = json.get("sep");
        List<Piece> single = List.of(Special.of(cls, 0), new OfText(0, 0), Special.of(sep, 0));
        List<Piece> pair =
                List.of(
                        Special.of(cls, 0),
                        new OfText(0, 0),
                        Special.of(sep, 0),
                        Special.of(sep, 0),
                        new OfText(1, 0),
                        Special.of(sep, 0));
        return new PostProcessor.Sequence(List.of(trimmed(json), new Template(single, pair)));
    }

    private static PostProcessor template(Json json) {
        Json special = json.get("special_tokens");
        List<Piece> single = pieces(json.get("single"), special);
        List<Piece> pair = pieces(json.get("pair"), special);
        if (single.stream().anyMatch(piece -> piece instanceof OfText text && text.text() == 1)) {
            throw json.get("single").error("names a second text");
        }
        return new Template(single, pair);
    }

    private static List<Piece> pieces(Json template, Json special) {
        return template.list().stream().map(piece -> piece(piece, special)).toList();
    }

    private static Piece piece(Json json, Json special) {
        Json sequence = json.get("Sequence");
        if (!sequence.isAbsent()) {
            int typeId = sequence.get("type_id").count(Vocabulary.LARGEST_ID);
            return switch (sequence.get("id").text()) {
                case "A" -> new OfText(0, typeId);
                case "B" -> new OfText(1, typeId);
                default -> throw sequence.get("id").error("expected A or B");
            };
        }
        Json token = json.get("SpecialToken");
        if (token.isAbsent()) {
            throw json.error("expected a Sequence or a SpecialToken");
        }
        Json known = special.get(token.get("id").text());
        if (known.isAbsent()) {
            throw token.get("id").error("is none of the special tokens");
        }
        List<Json> ids = known.get("ids").list();
        return new Special(
                ids.stream().map(id -> id.count(Vocabulary.LARGEST_ID)).toList(),
                known.get("tokens").list(ids.size()).stream().map(Json::text).toList(),
                token.get("type_id").count(Vocabulary.LARGEST_ID));
    }
}
