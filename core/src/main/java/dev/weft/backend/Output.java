package dev.weft.backend;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * An operand of a {@link KernelCall} that is written, and not read: what it held does not matter.
 */
@Target(ElementType.RECORD_COMPONENT)
@Retention(RetentionPolicy.RUNTIME)
public @interface Output {
    /** Whether it may be the very view of an operand that is read. */
    boolean inPlace() default false;
}
