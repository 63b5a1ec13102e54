#!/bin/sh
# Lossless coding of 8-bit photos: the circuit coder against PNG (optimized) and WebP lossless (method 6, quality 100), in
# bits per dimension (bits per 8-bit sample, whole files), and MB of raw samples per CPU second, one core.
#   samples/bench/lossless.sh FOLDER      every photo-* in it: the middle 256 x 256 and the middle 512 x 512
# PYTHON (default python3) needs Pillow; JAVA (default java) must be 25. The modules codebook, codecs, image and samples must
# be compiled (mvn -pl samples -am compile).
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
python=${PYTHON:-python3}
java=${JAVA:-java}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
classes="$root/codebook/target/classes:$root/codecs/target/classes:$root/image/target/classes:$root/samples/target/classes"
for side in 256 512; do
    rm -rf "$work/crops"
    "$python" "$root/samples/bench/lossless.py" crops "$1" "$work/crops" $side > "$work/peers"
    "$java" --add-modules jdk.incubator.vector -XX:+UseSerialGC -cp "$classes" dev.tessera.samples.bench.LosslessMain \
        "$work"/crops/*.ppm > "$work/ours" 2> "$work/log" || { cat "$work/log" >&2; exit 1; }
    "$python" "$root/samples/bench/lossless.py" table "$work/peers" "$work/ours" $side
done
