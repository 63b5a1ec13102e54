package dev.tessera.samples.peers;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * Products of ggml with a vector or a batch of them: a graph of one {@code mul_mat} on one thread of its CPU backend, rounding of the inputs
 * included. Nothing is ever freed.
 */
final class Ggml {
    /** A type of weights by its number in ggml.h. */
    enum Type {
        F32(0),
        Q4_0(2),
        Q8_0(8),
        Q4_K(12),
        TQ2_0(35),
        Q1_0(41);

        private final int number;

        Type(int number) {
            this.number = number;
        }
    }

    private static final AddressLayout ADDRESS = ValueLayout.ADDRESS;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final MemoryLayout CONTEXT_PARAMETERS = MemoryLayout.structLayout(
            LONG.withName("mem_size"),
            ADDRESS.withName("mem_buffer"),
            ValueLayout.JAVA_BOOLEAN.withName("no_alloc"),
            MemoryLayout.paddingLayout(7));
    private static final long CONTEXT_BYTES = 1 << 20; // of tensors without their data, and a graph
    private static final String REPACKED = "CPU_REPACK";

    private final Arena arena = Arena.global();
    private final SymbolLookup base;
    private final SymbolLookup cpu;
    private final MemorySegment backend;

    /** @param folder where libggml-base.so and libggml-cpu.so are */
    Ggml(Path folder) {
        base = SymbolLookup.libraryLookup(folder.resolve("libggml-base.so"), arena);
        cpu = SymbolLookup.libraryLookup(folder.resolve("libggml-cpu.so"), arena);
        backend = address(function(cpu, "ggml_backend_cpu_init", ADDRESS));
        nothing(function(cpu, "ggml_backend_cpu_set_n_threads", null, ADDRESS, INT), backend, 1);
    }

    /**
     * A product {@code W x} for each x of a batch, ready to run.
     *
     * @param weights {@code [rows x cols]}
     * @param x {@code [batch x cols]}
     * @param repacked in the other order of blocks that ggml has of some types
     */
    Supplier<float[]> product(Type type, float[] weights, float[] x, int batch, boolean repacked) {
        int cols = x.length / batch;
        int rows = weights.length / cols;
        MemorySegment parameters = arena.allocate(CONTEXT_PARAMETERS);
        parameters.set(LONG, 0, CONTEXT_BYTES);
        parameters.set(ValueLayout.JAVA_BOOLEAN, 16, true);
        MemorySegment context = address(function(base, "ggml_init", ADDRESS, CONTEXT_PARAMETERS), parameters);
        MethodHandle tensor = function(base, "ggml_new_tensor_2d", ADDRESS, ADDRESS, INT, LONG, LONG);
        MemorySegment w = address(tensor, context, type.number, (long) cols, (long) rows);
        MemorySegment in = address(tensor, context, Type.F32.number, (long) cols, (long) batch);
        MemorySegment out =
                address(function(base, "ggml_mul_mat", ADDRESS, ADDRESS, ADDRESS, ADDRESS), context, w, in);
        if (repacked) {
            repack(w);
        }
        address(function(base, "ggml_backend_alloc_ctx_tensors", ADDRESS, ADDRESS, ADDRESS), context, backend);
        MethodHandle set = function(base, "ggml_backend_tensor_set", null, ADDRESS, ADDRESS, LONG, LONG);
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment quantized = quantized(scratch, type, weights, rows, cols, w);
            nothing(set, w, quantized, 0L, quantized.byteSize());
            nothing(set, in, scratch.allocateFrom(ValueLayout.JAVA_FLOAT, x), 0L, 4L * x.length);
        }
        MemorySegment graph = address(function(base, "ggml_new_graph", ADDRESS, ADDRESS), context);
        nothing(function(base, "ggml_build_forward_expand", null, ADDRESS, ADDRESS), graph, out);
        MethodHandle compute = function(base, "ggml_backend_graph_compute", INT, ADDRESS, ADDRESS);
        MethodHandle get = function(base, "ggml_backend_tensor_get", null, ADDRESS, ADDRESS, LONG, LONG);
        MemorySegment y = arena.allocate(4L * rows * batch);
        return () -> {
            int status = (int) call(compute, backend, graph);
            if (status != 0) {
                throw new IllegalStateException("ggml ends with status " + status);
            }
            nothing(get, out, y, 0L, y.byteSize());
            return y.toArray(ValueLayout.JAVA_FLOAT);
        };
    }

    private MemorySegment quantized(
            Arena scratch, Type type, float[] weights, int rows, int cols, MemorySegment w) {
        MemorySegment values = scratch.allocateFrom(ValueLayout.JAVA_FLOAT, weights);
        if (type == Type.F32) {
            return values;
        }
        MemorySegment blocks = scratch.allocate((long) call(function(base, "ggml_nbytes", LONG, ADDRESS), w));
        call(
                function(base, "ggml_quantize_chunk", LONG, INT, ADDRESS, ADDRESS, LONG, LONG, LONG, ADDRESS),
                type.number,
                values,
                blocks,
                0L,
                (long) rows,
                (long) cols,
                MemorySegment.NULL);
        return blocks;
    }

    /** Gives a tensor memory in which ggml reorders what is written. */
    private void repack(MemorySegment w) {
        MemorySegment registry = address(function(cpu, "ggml_backend_cpu_reg", ADDRESS));
        MemorySegment device = address(function(base, "ggml_backend_reg_dev_get", ADDRESS, ADDRESS, LONG), registry, 0L);
        MemorySegment types = address(
                function(base, "ggml_backend_reg_get_proc_address", ADDRESS, ADDRESS, ADDRESS),
                registry,
                arena.allocateFrom("ggml_backend_dev_get_extra_bufts"));
        MemorySegment list = address(
                        Linker.nativeLinker().downcallHandle(types, FunctionDescriptor.of(ADDRESS, ADDRESS)), device)
                .reinterpret(Long.MAX_VALUE);
        MethodHandle name = function(base, "ggml_backend_buft_name", ADDRESS, ADDRESS);
        for (int i = 0; list.getAtIndex(LONG, i) != 0; i++) {
            MemorySegment type = list.getAtIndex(ADDRESS, i);
            if (!address(name, type).reinterpret(Long.MAX_VALUE).getString(0).equals(REPACKED)) {
                continue;
            }
            long size =
                    (long) call(function(base, "ggml_backend_buft_get_alloc_size", LONG, ADDRESS, ADDRESS), type, w);
            MemorySegment buffer =
                    address(function(base, "ggml_backend_buft_alloc_buffer", ADDRESS, ADDRESS, LONG), type, size);
            MemorySegment at = address(function(base, "ggml_backend_buffer_get_base", ADDRESS, ADDRESS), buffer);
            call(function(base, "ggml_backend_tensor_alloc", INT, ADDRESS, ADDRESS, ADDRESS), buffer, w, at);
            return;
        }
        throw new IllegalStateException("ggml has no buffer type " + REPACKED);
    }

    private static MethodHandle function(
            SymbolLookup library, String name, MemoryLayout result, MemoryLayout... arguments) {
        FunctionDescriptor descriptor =
                result == null ? FunctionDescriptor.ofVoid(arguments) : FunctionDescriptor.of(result, arguments);
        return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), descriptor);
    }

    private static MemorySegment address(MethodHandle function, Object... arguments) {
        return (MemorySegment) call(function, arguments);
    }

    private static void nothing(MethodHandle function, Object... arguments) {
        call(function, arguments);
    }

    /** A call costs a microsecond or so that way: nothing beside a product. */
    private static Object call(MethodHandle function, Object... arguments) {
        try {
            return function.invokeWithArguments(arguments);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
