#!/bin/sh
# Nearest-code assignment, one thread, CPU time: this project against FAISS (IndexFlatL2) on the same data, in turn.
#   samples/bench/nearest-faiss.sh [SHAPE...]      shapes: a b c d (default: all)
# PYTHON (default python3) needs numpy and faiss; JAVA (default java) must be 25; ROUNDS (default 5) alternations.
# The codebook and samples modules must be compiled (mvn -pl codebook,samples -am compile).
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
python=${PYTHON:-python3}
java=${JAVA:-java}
rounds=${ROUNDS:-5}
flags=${JAVA_FLAGS:--XX:+UseSerialGC}
# These choose or size OpenBLAS kernels by hand; FAISS shall have the ones that OpenBLAS detects.
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE || true
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
OPENBLAS_VERBOSE=2 "$python" -c 'import faiss; print("faiss", faiss.__version__, faiss.get_compile_options())' >&2

run() { # name count codes dim repeats
    "$python" "$root/samples/bench/nearest_faiss.py" data "$work" "$2" "$3" "$4"
    echo "$1 $2 $3 $4" > "$work/shape"
    : > "$work/java.cpu"
    : > "$work/faiss.cpu"
    for round in $(seq "$rounds"); do
        # shellcheck disable=SC2086
        "$java" --add-modules jdk.incubator.vector $flags -Xmx2g \
            -cp "$root/codebook/target/classes:$root/samples/target/classes" \
            dev.tessera.samples.bench.NearestMain "$work/x.f32" "$work/c.f32" "$4" "$5" "$work/java.i32" \
            >> "$work/java.cpu" 2> "$work/java.log" || { cat "$work/java.log" >&2; exit 1; }
        "$python" "$root/samples/bench/nearest_faiss.py" faiss "$work" "$4" "$5" \
            >> "$work/faiss.cpu" 2> "$work/faiss.log" || { cat "$work/faiss.log" >&2; exit 1; }
    done
    grep -h kernels "$work/java.log" >&2
    "$python" "$root/samples/bench/nearest_faiss.py" table "$work"
}

for shape in ${*:-a b c d}; do
    case $shape in
        a) run a 100000 1024 64 3 ;;
        b) run b 30000 16384 8 2 ;;
        c) run c 20000 8192 128 2 ;;
        d) run d 2000 100000 256 1 ;;
        *) echo "no shape $shape, must be a, b, c or d" >&2; exit 2 ;;
    esac
done
