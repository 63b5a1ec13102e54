#!/usr/bin/env bash
# This project against FAISS (and scikit-learn for minibatch) on the same data, in turn, CPU time of the whole processes.
#   samples/bench/peers.sh [WORKLOAD...]
# Workloads: a b c d (mixtures), pa pb pc pd (patches of photos), na nc nd (noise), kmeans kmeans-patches minibatch rvq beam pq pq-train.
# Settings: PYTHON (default python3) with numpy, pillow, faiss, scikit-learn; JAVA (default java), 25; PHOTOS, a folder with
# photo-* files (for the patches); THREADS (default "1 2"); ROUNDS (default 3) alternations; CORETYPE, see below.
# The modules must be compiled: mvn -pl samples -am compile.
#
# The peer is FAISS with its AVX2 code and OpenBLAS's Haswell kernels, which are the AVX2 ones: its wheel does not know newer processors
# and falls back to SSE3 kernels there. Column peer512 is FAISS with its AVX-512 code and OpenBLAS's SkylakeX kernels where the processor
# has AVX-512; AVX512=no leaves it out, for a FAISS that was built without. JVM flags are those of ./tessera.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
python=${PYTHON:-python3}
java=${JAVA:-java}
rounds=${ROUNDS:-3}
photos=${PHOTOS:-}
export OMP_WAIT_POLICY=PASSIVE
export FAISS_OPT_LEVEL=AVX2 # also where FAISS only learns books; a build for AVX2 alone has nothing else to load
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
peers=$root/samples/bench/peers.py
modules=
for module in codebook codecs vq-models image audio samples; do modules=$modules:$root/$module/target/classes; done
has512=
if grep -q avx512f /proc/cpuinfo && [ "${AVX512:-yes}" = yes ]; then has512=yes; fi

peer() { # OPENBLAS FAISS WORKLOAD DIR THREADS REPEATS
    OPENBLAS_CORETYPE=$1 FAISS_OPT_LEVEL=$2 OPENBLAS_NUM_THREADS=$5 OMP_NUM_THREADS=$5 \
        "$python" "$peers" run "$3" "$4" "$5" "$6" 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
}

measure() { # NAME WORKLOAD REPEATS
    local name=$1 workload=$2 repeats=$3 threads
    echo "$name" >"$work/name"
    for threads in ${THREADS:-1 2}; do
        echo "$threads" >"$work/threads"
        rm -f "$work"/*.cpu
        for _ in $(seq "$rounds"); do
            "$java" --add-modules jdk.incubator.vector -XX:+UseSerialGC -XX:-UsePerfData -Xmx4g -cp "${modules#:}" \
                dev.tessera.samples.bench.PeerMain "$workload" "$work" "$threads" "$repeats" \
                >>"$work/java.cpu" 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
            if [ -n "$has512" ] && [ "$workload" != minibatch ]; then
                peer SkylakeX AVX512 "$workload" "$work" "$threads" "$repeats" >>"$work/peer512.cpu"
            fi
            peer Haswell AVX2 "$workload" "$work" "$threads" "$repeats" >>"$work/peer.cpu"
        done
        "$python" "$peers" table "$workload" "$work"
    done
}

on_patches() { # NAME COUNT DIM CODES WORKLOAD REPEATS
    if [ -z "$photos" ]; then
        echo "$1: SKIPPED, PHOTOS is not set"
        return
    fi
    "$python" "$peers" patches "$work/" "$2" "$3" "$4" "$photos/"
    measure "$1" "$5" "$6"
}

for workload in ${*:-a b c d pa pb pc pd na nc nd kmeans kmeans-patches minibatch rvq beam pq pq-train}; do
    case $workload in
        a) "$python" "$peers" mixture "$work/" 200000 64 1024; measure "a mixture 200k x 64, 1024" assign 2 ;;
        b) "$python" "$peers" mixture "$work/" 100000 8 16384; measure "b mixture 100k x 8, 16384" assign 1 ;;
        c) "$python" "$peers" mixture "$work/" 50000 128 8192; measure "c mixture 50k x 128, 8192" assign 1 ;;
        d) "$python" "$peers" mixture "$work/" 20000 256 100000; measure "d mixture 20k x 256, 100k" assign 1 ;;
        pa) on_patches "a patches 200k x 64, 1024" 200000 64 1024 assign 2 ;;
        pb) on_patches "b patches 100k x 8, 16384" 100000 8 16384 assign 1 ;;
        pc) on_patches "c patches 50k x 128, 8192" 50000 128 8192 assign 1 ;;
        pd) on_patches "d patches 20k x 256, 100k" 20000 256 100000 assign 1 ;;
        # sizes from which on a trial of pruning is made
        na) "$python" "$peers" noise "$work/" 131072 64 1024; measure "a noise 131k x 64, 1024" assign 2 ;;
        nc) "$python" "$peers" noise "$work/" 32768 128 8192; measure "c noise 33k x 128, 8192" assign 1 ;;
        nd) "$python" "$peers" noise "$work/" 10800 256 100000; measure "d noise 10.8k x 256, 100k" assign 1 ;;
        kmeans) "$python" "$peers" mixture "$work/" 100000 64 1024
            measure "k-means 100k x 64, 1024" kmeans 1
            measure "k-means, random start" kmeans-random 1 ;;
        kmeans-patches) on_patches "k-means on patches" 100000 64 1024 kmeans 1 ;;
        minibatch) "$python" "$peers" mixture "$work/" 100000 64 1024; measure "mini-batch 100k x 64, 1024" minibatch 1 ;;
        rvq) "$python" "$peers" books "$work/" 50000 128 1024 8 rvq; measure "RVQ 50k x 128, 8 x 1024" rvq 1 ;;
        beam) "$python" "$peers" books "$work/" 20000 128 1024 8 rvq; measure "RVQ beam 5, 20k x 128" beam 1
            measure "RVQ greedy, the same" rvq 1 ;;
        pq) "$python" "$peers" books "$work/" 200000 128 256 16 pq; measure "PQ 200k x 128, 16 x 256" pq 1 ;;
        pq-train) "$python" "$peers" books "$work/" 100000 128 256 16 pq; measure "PQ training, 100k x 128" pq-train 1 ;;
        *) echo "no workload $workload" >&2; exit 2 ;;
    esac
done
