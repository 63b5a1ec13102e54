package dev.tessera.cli.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Same bits everywhere: between samples and tokens nothing may call a function whose last bits the Java specification leaves
 * open. {@code Math.sin} and its kin may differ between machines and between interpreter and compiler; {@code StrictMath} may
 * not. The same holds for the transcendental operators of the Vector API.
 */
class PortableArithmeticTest {
    /** The rest of Math (abs, floor, fma, max, rint, sqrt, exact arithmetic ...) has one correct result. */
    private static final Set<String> INEXACT = Set.of(
            "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "exp", "expm1", "log", "log10", "log1p", "pow",
            "cbrt", "sinh", "cosh", "tanh", "hypot");

    private static final Set<String> INEXACT_OPERATORS = Set.of(
            "SIN", "COS", "TAN", "ASIN", "ACOS", "ATAN", "ATAN2", "EXP", "EXPM1", "LOG", "LOG10", "LOG1P", "POW",
            "CBRT", "SINH", "COSH", "TANH", "HYPOT");

    @Test
    void nothingBetweenSamplesAndTokensCallsAnInexactFunction() {
        Map<String, Set<String>> found = new TreeMap<>();
        for (JavaClass type : Libraries.CLASSES) {
            collect(type, found);
        }
        assertEquals(Map.of(), found, "use StrictMath or a table of it");
    }

    @Test
    void theScanSeesCallsAndMethodReferences() {
        Map<String, Set<String>> found = new TreeMap<>();
        for (JavaClass type : new ClassFileImporter().importClasses(Offender.class)) {
            collect(type, found);
        }
        assertEquals(Map.of(Offender.class.getName(), Set.of("Math.pow", "Math.sin")), found);
    }

    /** What the scan must see. */
    private static final class Offender {
        static double call(double x) {
            return Math.pow(x, 0.3) + Math.sqrt(x) + StrictMath.exp(x);
        }

        static java.util.function.DoubleUnaryOperator reference() {
            return Math::sin;
        }
    }

    private static void collect(JavaClass type, Map<String, Set<String>> found) {
        for (JavaAccess<?> access : type.getAccessesFromSelf()) {
            note(type, access.getTarget(), found);
        }
        type.getMethodReferencesFromSelf().forEach(reference -> note(type, reference.getTarget(), found));
    }

    private static void note(JavaClass type, AccessTarget target, Map<String, Set<String>> found) {
        String owner = target.getOwner().getName();
        boolean function = owner.equals("java.lang.Math") && INEXACT.contains(target.getName());
        boolean operator =
                owner.equals("jdk.incubator.vector.VectorOperators") && INEXACT_OPERATORS.contains(target.getName());
        if (function || operator) {
            found.computeIfAbsent(type.getName(), ignored -> new TreeSet<>())
                    .add(target.getOwner().getSimpleName() + "." + target.getName());
        }
    }
}
