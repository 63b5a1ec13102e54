#!/usr/bin/env bash
# Own inference of networks against ONNX Runtime 1.29, the same weights and inputs in turn in one process.
#   samples/bench/network-peers.sh                    single layers, one thread, CPU time
#   samples/bench/network-peers.sh MODEL [ROUNDS]     a tokenizer (.safetensors) end to end, two threads, wall time, libtorch too
# JAVA (default java) must be 25. The first call fetches ONNX Runtime (55 MB) and the training engine (110 MB). Close other programs.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
(cd "$root" && mvn -q -B -Ptraining,peers -Dmaven.test.skip=true -pl samples,vq-models/training -am package) >&2
main=NetworkPeerMain
if [ $# -ge 1 ]; then
    main=TokenizerPeerMain
fi
# with the default policy idle threads of libtorch would spin and take the core from the others
export OMP_NUM_THREADS=2 OMP_WAIT_POLICY=PASSIVE
exec "${JAVA:-java}" --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xmx3g \
    -cp "$(printf '%s:' "$root"/cli/target/tessera-cli-*.jar "$root"/cli/target/lib/*.jar "$root"/vq-models/training/target/lib/*.jar \
        "$root"/samples/target/peers/*.jar)" \
    "$root/samples/src/peers/java/dev/tessera/samples/peers/$main.java" "$@"
