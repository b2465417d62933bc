package dev.weft.tokenizers;

/**
 * A tokenizer.json that cannot be used, with file, place in the JSON and rule; or a text that its
 * model has no token for.
 */
public final class TokenizerException extends RuntimeException {
    private static final long serialVersionUID = 1;

    TokenizerException(String message) {
        super(message);
    }

    TokenizerException(String message, Throwable cause) {
        super(message, cause);
    }
}
