package dev.weft.tokenizers;

import java.util.ArrayList;
import java.util.List;

/** Adds what a model wants to the tokens of one or two texts. */
sealed interface PostProcessor {
    /** How many tokens it adds to those of one text, or of two. */
    int added(boolean isPair);

    /**
     * The parts of the sequence, whose elements it may change.
     *
     * @param sequences one text's tokens, or two texts'
     * @param addsSpecial whether special tokens are wanted
     */
    List<TokenList> process(List<TokenList> sequences, boolean addsSpecial);

    /** One after the other. */
    record Sequence(List<PostProcessor> parts) implements PostProcessor {
        @Override
        public int added(boolean isPair) {
            return parts.stream().mapToInt(part -> part.added(isPair)).sum();
        }

        @Override
        public List<TokenList> process(List<TokenList> sequences, boolean addsSpecial) {
            List<TokenList> result = sequences;
            for (PostProcessor part : parts) {
                result = part.process(result, addsSpecial);
            }
            return result;
        }
    }

    /** A piece of a template: the tokens of a text, or special ones. */
    sealed interface Piece {
        int typeId();
    }

    /** The tokens of the first text, number 0, or the second, number 1. */
    record OfText(int text, int typeId) implements Piece {}

    /** Special tokens. */
    record Special(List<Integer> ids, List<String> tokens, int typeId) implements Piece {
        static Special of(Json token, int typeId) {
            return new Special(
                    List.of(token.list(2).getLast().count(Vocabulary.LARGEST_ID)),
                    List.of(token.list(2).getFirst().text()),
                    typeId);
        }
    }

    /** Special tokens before, between and behind the texts. */
    record Template(List<Piece> single, List<Piece> pair) implements PostProcessor {
        @Override
        public int added(boolean isPair) {
            int added = 0;
            for (Piece piece : isPair ? pair : single) {
                if (piece instanceof Special special) {
                    added += special.ids().size();
                }
            }
            return added;
        }

        @Override
        public List<TokenList> process(List<TokenList> sequences, boolean addsSpecial) {
            List<TokenList> parts = new ArrayList<>();
            for (Piece piece : sequences.size() == 1 ? single : pair) {
                switch (piece) {
                    case OfText text -> {
                        TokenList sequence = sequences.get(text.text());
                        sequence.setTypeIds(text.typeId());
                        parts.add(sequence);
                    }
                    case Special special -> {
                        if (addsSpecial) {
                            parts.add(tokens(special));
                        }
                    }
                }
            }
            return parts;
        }

        private static TokenList tokens(Special special) {
            TokenList list = new TokenList();
            for (int i = 0; i < special.ids().size(); i++) {
                list.addSpecial(special.ids().get(i), special.tokens().get(i), special.typeId());
            }
            return list;
        }
    }

    /** Without the spaces at the ends of tokens in their places in the text. */
    record TrimmedOffsets(boolean hasPrefixSpace) implements PostProcessor {
        @Override
        public int added(boolean isPair) {
            return 0;
        }

        @Override
        public List<TokenList> process(List<TokenList> sequences, boolean addsSpecial) {
            for (TokenList sequence : sequences) {
                for (int i = 0; i < sequence.size(); i++) {
                    trim(sequence, i);
                }
            }
            return sequences;
        }

        private void trim(TokenList list, int i) {
            Text token = Text.of(list.tokens[i]);
            int leading = Characters.endOf(ByteAlphabet::isSpace, token, 0);
            int trailing =
                    token.length()
                            - Characters.beginOf(ByteAlphabet::isSpace, token, token.length());
            // The space that was put before the text has no place in it.
            boolean isPrefix = leading == 1 && hasPrefixSpace && (i == 0 || list.starts[i] == 0);
            if (!isPrefix) {
                list.starts[i] = Math.min(list.starts[i] + leading, list.ends[i]);
            }
            if (isPrefix && trailing == token.length()) {
                list.ends[i] = list.starts[i];
            } else if (trailing <= list.ends[i]) {
                list.ends[i] = Math.max(list.ends[i] - trailing, list.starts[i]);
            }
        }
    }
}
