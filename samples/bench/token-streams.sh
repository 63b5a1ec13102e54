#!/bin/sh
# Token streams: this project's coders beside the general compressors that the machine has, on the same 16-bit files.
#   samples/bench/token-streams.sh SET [WORK_DIR]     SET as samples/data/fetch-data.sh made it
# PYTHON (default python3) needs numpy, scipy and PIL for building the streams; files in WORK_DIR are used as they are.
# JAVA (default java) must be 25. The codebook, codecs and samples modules must be compiled (mvn -pl samples -am compile).
# ROUNDS (default 3): the best CPU time of the thread counts. Bytes of the general compressors include their headers.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
set_dir=$1
work=${2:-$(mktemp -d)}
[ $# -ge 2 ] || trap 'rm -rf "$work"' EXIT
if [ ! -f "$work/audio-valid.u16" ]; then
    OPENBLAS_NUM_THREADS=1 "${PYTHON:-python3}" "$root/samples/bench/token_codebooks.py" "$set_dir" "$work" >&2
fi

ours() { # STREAM SHAPE STAGES BOOK
    "${JAVA:-java}" -XX:+UseSerialGC -Xmx2g -Drounds="${ROUNDS:-3}" --add-modules jdk.incubator.vector \
        -cp "$root/codebook/target/classes:$root/codecs/target/classes:$root/samples/target/classes" \
        dev.tessera.samples.bench.TokenStreamMain "$work/$1.u16" "$2" 1024 "$3" "$work/$4.codebook.npy"
}

row() { # STREAM METHOD BYTES
    tokens=$(($(wc -c < "$work/$1.u16") / 2))
    awk -v s="$1.u16" -v m="$2" -v b="$3" -v n="$tokens" \
        'BEGIN { printf "| %s | %s | - | %d | %.4f | - | - |\n", s, m, b, 8 * b / n }'
}

others() { # STREAM
    file=$work/$1.u16
    if command -v zstd > /dev/null; then row "$1" 'zstd --ultra -22' "$(zstd -q --ultra -22 -c "$file" | wc -c)"; fi
    if command -v xz > /dev/null; then
        row "$1" 'xz lzma2 lc=0 lp=1 pb=1' "$(xz --format=raw --lzma2=preset=9e,lc=0,lp=1,pb=1 -k -c "$file" | wc -c)"
    fi
    if command -v brotli > /dev/null; then row "$1" 'brotli -q 11 -w 24' "$(brotli -q 11 -w 24 -c "$file" | wc -c)"; fi
    if command -v bzip2 > /dev/null; then row "$1" 'bzip2 -9' "$(bzip2 -9 -c "$file" | wc -c)"; fi
    if command -v zpaq > /dev/null; then
        rm -f "$work/zpaq.zpaq"
        zpaq a "$work/zpaq.zpaq" "$file" -m5 -t1 > /dev/null 2>&1
        row "$1" 'zpaq -m5' "$(wc -c < "$work/zpaq.zpaq")"
        rm -f "$work/zpaq.zpaq"
    fi
}

for stream in image image-valid; do
    ours "$stream" 64x64 1 image
    others "$stream"
done
for stream in audio audio-valid; do
    ours "$stream" sequence 4 audio
    others "$stream"
done
