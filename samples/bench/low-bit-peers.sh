#!/usr/bin/env bash
# Products of matrices in few bits with a vector, or with batches of them, against ONNX Runtime 1.29, ggml and bitnet.cpp: one thread,
# in turn in one process, CPU time, output error.
#   samples/bench/low-bit-peers.sh [SIZE [ROUNDS [BATCH...]]]      default 4096 15 1
#   GGML      folder with libggml-base.so and libggml-cpu.so (github.com/ggml-org/ggml: cmake -B build, --target ggml-cpu; build/src)
#   BITNET    library made of src/ggml-bitnet-mad.cpp of bitnet.cpp with the C name ggml_vec_dot_i2_i8_s_1xN in it
#   OPTIONS   options of the JVM, as -XX:UseAVX=2 beside a ggml that is built without AVX-512
# Without GGML or BITNET their rows are left out. JAVA (default java) must be 25. The first call fetches ONNX Runtime (55 MB).
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
(cd "$root" && mvn -q -B -Ppeers -Dmaven.test.skip=true -pl samples -am package) >&2
# shellcheck disable=SC2086 # several options
exec "${JAVA:-java}" --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xmx6g \
    "-Dggml=${GGML:-}" "-Dbitnet=${BITNET:-}" ${OPTIONS:-} \
    -cp "$(printf '%s:' "$root"/cli/target/tessera-cli-*.jar "$root"/cli/target/lib/*.jar "$root"/samples/target/peers/*.jar)" \
    "$root/samples/src/peers/java/dev/tessera/samples/peers/LowBitPeerMain.java" "${1:-4096}" "${2:-15}" "${@:3}"
