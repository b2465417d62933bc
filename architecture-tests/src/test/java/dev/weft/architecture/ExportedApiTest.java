package dev.weft.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

import org.junit.jupiter.api.Test;

import java.util.Set;

/**
 * What a module exports can be used by whoever requires it: signatures name public types only, of
 * packages that are exported too. javac's own check, {@code -Xlint:exports}, asks the same of
 * annotations, whose module a user need not have (see ADR 31), and is off.
 */
class ExportedApiTest {
    private static final Set<String> EXPORTED =
            Set.of(
                    "dev.weft",
                    "dev.weft.autograd",
                    "dev.weft.backend",
                    "dev.weft.random",
                    "dev.weft.reference",
                    "dev.weft.gpu",
                    "dev.weft.data",
                    "dev.weft.data.augment",
                    "dev.weft.data.image",
                    "dev.weft.data.table",
                    "dev.weft.data.text",
                    "dev.weft.embeddings",
                    "dev.weft.io",
                    "dev.weft.langchain4j",
                    "dev.weft.metrics",
                    "dev.weft.nn",
                    "dev.weft.onnx",
                    "dev.weft.onnx.graph",
                    "dev.weft.onnx.network",
                    "dev.weft.optim",
                    "dev.weft.report",
                    "dev.weft.serve",
                    "dev.weft.tokenizers",
                    "dev.weft.train");

    private static ArchRule signaturesOf(Set<String> packages) {
        return classes()
                .that(
                        DescribedPredicate.describe(
                                "are exported",
                                type -> packages.contains(type.getPackageName()) && isOpen(type)))
                .should(new NameOnly());
    }

    private static final class NameOnly extends ArchCondition<JavaClass> {
        NameOnly() {
            super("name only what users can name too");
        }

        @Override
        public void check(JavaClass type, ConditionEvents events) {
            for (JavaMember member : type.getMembers()) {
                if (!isOpen(member)) {
                    continue;
                }
                for (JavaClass named : member.getAllInvolvedRawTypes()) {
                    JavaClass element = named.getBaseComponentType();
                    if (!isKnown(element)) {
                        events.add(
                                SimpleConditionEvent.violated(
                                        member, member.getFullName() + ": " + element.getName()));
                    }
                }
            }
        }

        private static boolean isKnown(JavaClass type) {
            return type.isPrimitive()
                    || type.getPackageName().startsWith("java.")
                    || type.getPackageName().startsWith("dev.langchain4j.")
                    || (EXPORTED.contains(type.getPackageName()) && isOpen(type));
        }
    }

    private static boolean isOpen(JavaMember member) {
        return member.getModifiers().contains(JavaModifier.PUBLIC)
                || member.getModifiers().contains(JavaModifier.PROTECTED);
    }

    private static boolean isOpen(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && type.getEnclosingClass().map(ExportedApiTest::isOpen).orElse(true);
    }

    @Test
    void signaturesNameWhatUsersCanName() {
        signaturesOf(EXPORTED)
                .check(
                        new ClassFileImporter()
                                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                                .importPackages("dev.weft"));
    }

    /** A public method whose parameter's type nobody else can name. */
    public static final class Closed {
        private Closed() {}

        /** Counts. */
        public static int count(EnclosedByTests[] tests) {
            return tests.length;
        }
    }

    static final class EnclosedByTests {}

    @Test
    void aTypeThatIsNotPublicIsFound() {
        var condition = new NameOnly();
        ArchRule rule =
                classes().that().haveSimpleName("Closed").should(condition).allowEmptyShould(false);
        var imported = new ClassFileImporter().importClasses(Closed.class, EnclosedByTests.class);
        AssertionError error = assertThrows(AssertionError.class, () -> rule.check(imported));
        assertTrue(String.valueOf(error.getMessage()).contains("EnclosedByTests"));
    }
}
