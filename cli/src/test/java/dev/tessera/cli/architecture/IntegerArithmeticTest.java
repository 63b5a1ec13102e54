package dev.tessera.cli.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.ArrayLoadInstruction;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.ConvertInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The priors of entropy coders run on integers alone: the byte code of their graphs has no float and no double in it. */
class IntegerArithmeticTest {
    private static final String PACKAGE = "dev.tessera.vqmodels.integer";

    @Test
    void graphsOfIntegersHaveNoFloats() throws IOException {
        Set<String> found = new TreeSet<>();
        int classes = 0;
        for (JavaClass type : Libraries.CLASSES) {
            if (type.getPackageName().equals(PACKAGE)) {
                collect(type.getName(), found);
                classes++;
            }
        }
        assertTrue(classes > 15, classes + " classes");
        assertEquals(Set.of(), found);
    }

    @Test
    void theScanSeesFloats() throws IOException {
        Set<String> found = new TreeSet<>();
        String name = Offender.class.getName();
        collect(name, found);
        assertEquals(Set.of(name + ".call", name + ".constant", name + ".element", name + ".product"), found);
    }

    /** What the scan must see, and the whole numbers that it must not. */
    private static final class Offender {
        static int product(int x) {
            return (int) (x * 1.5f);
        }

        static long call(long x) {
            return Math.round(Math.sqrt(x));
        }

        static Object constant() {
            return 2.5;
        }

        static void element(double[] to, double[] from) {
            to[0] = from[0];
        }

        static long whole(int x, long[] y) {
            return Math.clamp(y[0] * x >> 3, -5, 5);
        }
    }

    private static void collect(String name, Set<String> found) throws IOException {
        String path = name.replace('.', '/') + ".class";
        ClassModel model;
        try (InputStream in = IntegerArithmeticTest.class.getClassLoader().getResourceAsStream(path)) {
            model = ClassFile.of().parse(in.readAllBytes());
        }
        for (MethodModel method : model.methods()) {
            List<CodeElement> elements =
                    method.code().map(code -> code.elementList()).orElse(List.of());
            for (CodeElement element : elements) {
                if (element instanceof Instruction instruction && isFloat(instruction)) {
                    found.add(name + "." + method.methodName().stringValue());
                }
            }
        }
    }

    private static boolean isFloat(Instruction instruction) {
        return switch (instruction) {
            case LoadInstruction i -> isFloat(i.typeKind());
            case StoreInstruction i -> isFloat(i.typeKind());
            case ArrayLoadInstruction i -> isFloat(i.typeKind());
            case ArrayStoreInstruction i -> isFloat(i.typeKind());
            case OperatorInstruction i -> isFloat(i.typeKind());
            case ReturnInstruction i -> isFloat(i.typeKind());
            case ConstantInstruction i -> isFloat(i.typeKind());
            case ConvertInstruction i -> isFloat(i.fromType()) || isFloat(i.toType());
            case FieldInstruction i -> isFloat(TypeKind.from(i.typeSymbol()));
            case InvokeInstruction i ->
                isFloat(TypeKind.from(i.typeSymbol().returnType()))
                        || i.typeSymbol().parameterList().stream().anyMatch(type -> isFloat(TypeKind.from(type)));
            default -> false;
        };
    }

    private static boolean isFloat(TypeKind kind) {
        return kind == TypeKind.FLOAT || kind == TypeKind.DOUBLE;
    }
}
