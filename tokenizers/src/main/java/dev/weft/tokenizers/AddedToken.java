package dev.weft.tokenizers;

/**
 * A token that is found before the model cuts anything.
 *
 * @param id its number
 * @param content its text
 * @param isSingleWord whether it is not found within a word
 * @param takesLeft whether the spaces before it are part of it
 * @param takesRight whether the spaces behind it are part of it
 * @param isNormalized whether it is found in the text as it has been normalized
 * @param isSpecial whether it is no text
 */
record AddedToken(
        int id,
        String content,
        boolean isSingleWord,
        boolean takesLeft,
        boolean takesRight,
        boolean isNormalized,
        boolean isSpecial) {
    static AddedToken read(Json json) {
        boolean isSpecial = json.get("special").truth(false);
        return new AddedToken(
                json.get("id").count(Vocabulary.LARGEST_ID),
                json.get("content").text(),
                json.get("single_word").truth(false),
                json.get("lstrip").truth(false),
                json.get("rstrip").truth(false),
                json.get("normalized").truth(!isSpecial),
                isSpecial);
    }
}
