#!/bin/sh
# Single token files with a shipped prior beside zstd with a trained dictionary: photos (k-means f16 K = 1,024, f8 K = 512) and clips
# (residual k-means of mel frames, the first stage alone and all four), in bits per token of whole streams.
#   samples/bench/single-files.sh SET [WORK_DIR]     SET as samples/data/fetch-data.sh made it
# Codebooks, priors and dictionaries are learnt from SET's train, every file of valid is coded by itself. PYTHON (default python3)
# needs numpy, scipy and PIL; zstd must be installed. JAVA (default java) must be 25. The codebook, codecs, image and samples modules
# must be compiled (mvn -pl samples -am compile). Files in WORK_DIR are used as they are. Twenty CPU minutes.
# OPTIONS are for the JVM: -Depochs=0 leaves the network out of the prior.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
set_dir=$1
work=${2:-$(mktemp -d)}
[ $# -ge 2 ] || trap 'rm -rf "$work"' EXIT
python=${PYTHON:-python3}
if [ ! -f "$work/mel.index" ]; then
    OPENBLAS_NUM_THREADS=1 "$python" "$root/samples/bench/single_files.py" build "$set_dir" "$work" >&2
fi

stream() { # STREAM K STAGES RAW_BITS
    "${JAVA:-java}" -XX:+UseSerialGC -Xmx4g ${OPTIONS:-} --add-modules jdk.incubator.vector \
        -cp "$root/codebook/target/classes:$root/codecs/target/classes:$root/samples/target/classes" \
        dev.tessera.samples.bench.SingleFilesMain "$work" "$1" "$2" "$3" > "$work/$1.ours"
    "$python" "$root/samples/bench/single_files.py" zstd "$work" "$1" "$2" > "$work/$1.zstd"
    echo
    echo "$1"
    echo
    echo '| files | | tokens | raw | mixing | codebook unknown | grid model | mixing, no prior | zstd, dictionary | against zstd |'
    echo '|---|---|---|---|---|---|---|---|---|---|'
    "$python" "$root/samples/bench/single_files.py" table "$work/$1.ours" "$work/$1.zstd" "$4"
}

stream f16 1024 1 10
stream f8 512 1 9
stream mel1 256 1 8
stream mel 256 4 8
