package dev.tessera.cli.architecture;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.domain.properties.HasModifiers;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A dependency in a public signature is for ever: callers of the libraries meet types of the JDK and of Tessera only. */
class PublicSignatureTest {
    @Test
    void publicSignaturesNameNoThirdPartyType() {
        Set<String> offences = new TreeSet<>();
        int seen = 0;
        for (JavaClass type : Libraries.CLASSES) {
            if (!type.getModifiers().contains(JavaModifier.PUBLIC)
                    || type.getPackageName().contains(".internal")) {
                continue;
            }
            seen++;
            type.getSuperclass().ifPresent(parent -> check(type.getName(), parent, offences));
            type.getInterfaces().forEach(parent -> check(type.getName(), parent, offences));
            type.getFields().stream()
                    .filter(PublicSignatureTest::isVisible)
                    .forEach(field -> check(field.getFullName(), field.getType(), offences));
            type.getCodeUnits().stream()
                    .filter(PublicSignatureTest::isVisible)
                    .forEach(codeUnit -> check(codeUnit, offences));
        }
        assertTrue(offences.isEmpty(), () -> String.join("\n", offences));
        assertTrue(seen > 50, "only " + seen + " public types were found");
    }

    private static boolean isVisible(HasModifiers member) {
        return member.getModifiers().contains(JavaModifier.PUBLIC)
                || member.getModifiers().contains(JavaModifier.PROTECTED);
    }

    private static void check(JavaCodeUnit codeUnit, Set<String> offences) {
        check(codeUnit.getFullName(), codeUnit.getReturnType(), offences);
        codeUnit.getParameterTypes().forEach(type -> check(codeUnit.getFullName(), type, offences));
        codeUnit.getThrowsClause().getTypes().forEach(type -> check(codeUnit.getFullName(), type, offences));
    }

    private static void check(String where, JavaType type, Set<String> offences) {
        for (JavaClass raw : type.getAllInvolvedRawTypes()) {
            JavaClass element = raw.getBaseComponentType();
            String name = element.getName();
            boolean ours = name.startsWith("dev.tessera.") && !name.contains(".internal.");
            if (!element.isPrimitive() && !name.startsWith("java.") && !ours) {
                offences.add(where + " names " + name);
            }
        }
    }
}
