package dev.weft.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.importer.ClassFileImporter;

import dev.weft.Device;
import dev.weft.Devices;

import org.junit.jupiter.api.Test;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;

/** The program chooses a device as a program that embeds Weft does. */
class BackendOptionTest {
    @Test
    void autoIsWhatCoreChoosesAndSaysSo() {
        StringWriter text = new StringWriter();
        List<String> notes = new ArrayList<>();
        try (Device chosen = new BackendOption().open(new PrintWriter(text, true));
                Device best = Devices.best(notes::add)) {
            assertEquals(best.info(), chosen.info());
            assertTrue(
                    text.toString().startsWith("device: " + best.info().selector()),
                    text::toString);
            for (String note : notes) {
                assertTrue(text.toString().contains("passed over " + note), text::toString);
            }
        }
    }

    /** Whoever asks for the list could choose from it otherwise than core does. */
    @Test
    void onlyTheListOfDevicesAsksForTheList() {
        noClasses()
                .that()
                .areNotAssignableTo(DevicesCommand.class)
                .should()
                .callMethod(Devices.class, "list")
                .because("Devices.best chooses")
                .check(new ClassFileImporter().importPackages("dev.weft.cli"));
    }
}
