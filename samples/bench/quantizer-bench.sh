#!/usr/bin/env bash
# The controlled comparison of quantizers (docs/quantizer-bench.md): trains and evaluates every run of the set-up that has no result
# in OUT yet, then writes OUT/table.md and OUT/plot.svg. Killed at any time and started again it goes on where it was.
#   samples/bench/quantizer-bench.sh DIR OUT [SETUP [WORKERS]]
#   samples/bench/quantizer-bench.sh --table OUT [SETUP]        table and plot of what is there
# DIR as samples/data/fetch-data.sh made it; SETUP (default quantizer-bench.setup beside this script); WORKERS (default 2) runs at once,
# a thread each. JAVA (default java) must be 25. The first call fetches the training engine, 110 MB.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
[ $# -ge 2 ] || { echo "usage: quantizer-bench.sh DIR OUT [SETUP [WORKERS]], or --table OUT [SETUP]" >&2; exit 2; }
setup=${3:-$root/samples/bench/quantizer-bench.setup}
if [ "$1" = --table ]; then
    arguments=("$2" "$setup")
else
    arguments=("$1" "$2" "$setup" "${4:-2}")
fi
(cd "$root" && mvn -q -B -Ptraining -Dmaven.test.skip=true -pl samples,vq-models/training -am package) >&2
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE
exec nice -n 10 "${JAVA:-java}" --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xmx3g \
    -cp "$root/samples/target/classes:$(printf '%s:' "$root"/cli/target/tessera-cli-*.jar "$root"/cli/target/lib/*.jar \
        "$root"/vq-models/training/target/tessera-training-*.jar "$root"/vq-models/training/target/lib/*.jar)" \
    dev.tessera.samples.bench.quantizers.QuantizerBenchMain "${arguments[@]}"
