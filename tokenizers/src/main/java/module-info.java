/** Hugging Face's tokenizers, read from tokenizer.json and run in pure Java. */
module dev.weft.tokenizers {
    requires static org.jspecify;
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.jr.ob;

    exports dev.weft.tokenizers;
}
