#!/usr/bin/env bash
# Every quantizer that `tessera fit` can learn, on 8 x 8 patches of photos, as Markdown tables: bits, distortion on photos that
# were not learnt from, usage, time.
#   samples/bench/compare-quantizers.sh DIR [PATCHES [THREADS [NAME...]]]
# DIR as samples/data/fetch-data.sh made it; PATCHES to learn from (default 100,000); NAMEs as --quantizer takes them.
# JAVA (default java) must be 25. About ten minutes of CPU time.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
[ $# -ge 1 ] || { echo "usage: compare-quantizers.sh DIR [PATCHES [THREADS [NAME...]]]" >&2; exit 2; }
(cd "$root" && mvn -q -Dmaven.test.skip=true -pl samples -am package) >&2
exec "${JAVA:-java}" --add-modules jdk.incubator.vector -XX:+UseSerialGC -Xmx2g \
    -cp "$root/samples/target/classes:$(printf '%s:' "$root"/cli/target/tessera-cli-*.jar "$root"/cli/target/lib/*.jar)" \
    dev.tessera.samples.bench.CompareQuantizers "$@"
