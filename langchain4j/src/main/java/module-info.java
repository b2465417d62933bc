/** LangChain4j's interfaces over Weft's models. */
module dev.weft.langchain4j {
    requires transitive dev.weft.embeddings;
    requires transitive langchain4j.core;
    requires static org.jspecify;

    exports dev.weft.langchain4j;
}
