/** LangChain4j's interfaces over Weft's models. */
@NullMarked
package dev.weft.langchain4j;

import org.jspecify.annotations.NullMarked;
