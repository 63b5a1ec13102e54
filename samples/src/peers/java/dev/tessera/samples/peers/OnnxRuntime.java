package dev.tessera.samples.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;

/** Sessions of ONNX Runtime. */
record OnnxRuntime(OrtEnvironment environment, OrtSession.SessionOptions options) {
    /** Runs a model on an input that stays. */
    interface Run {
        OrtSession.Result run() throws OrtException;
    }

    /** With a number of threads for each layer. */
    static OnnxRuntime of(OrtEnvironment environment, OrtSession.SessionOptions options, int threads)
            throws OrtException {
        options.setIntraOpNumThreads(threads);
        options.setInterOpNumThreads(1);
        return new OnnxRuntime(environment, options);
    }

    Run session(byte[] model, float[] x, long... shape) throws OrtException {
        OrtSession session = environment.createSession(model, options);
        FloatBuffer buffer = ByteBuffer.allocateDirect(4 * x.length)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        buffer.put(x).rewind();
        Map<String, OnnxTensor> inputs = Map.of("x", OnnxTensor.createTensor(environment, buffer, shape));
        return () -> session.run(inputs);
    }

    /** A copy of what a run gave. */
    static float[] values(OrtSession.Result result) throws OrtException {
        FloatBuffer y = ((OnnxTensor) result.get(0)).getFloatBuffer();
        float[] values = new float[y.remaining()];
        y.get(values);
        return values;
    }
}
