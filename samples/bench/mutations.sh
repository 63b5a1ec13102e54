#!/bin/sh
# Mutated and forged streams through every reader, a table row each; exit 1 when one did anything but read or refuse.
#   samples/bench/mutations.sh COUNT [SEED [PART_OF_A_NAME]]
# JAVA (default java) must be 25. ./tessera must have been built and the samples compiled (mvn -pl samples -am compile).
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
exec "${JAVA:-java}" -XX:+UseSerialGC -Xmx160m --add-modules jdk.incubator.vector \
    -cp "$root/samples/target/classes:$root/cli/target/lib/*" dev.tessera.samples.fuzz.MutationMain "$@"
