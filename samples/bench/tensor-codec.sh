#!/usr/bin/env bash
# Tensor codec against plain uniform integers and zstd -19 at equal mean squared error, on feature series of speech and photos.
# Usage: tensor-codec.sh DIR, DIR as samples/data/fetch-data.sh made it. Needs zstd and a Python with numpy and Pillow
# (PYTHON=... chooses it).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
python=${PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" samples/bench/tensor_features.py "$1" "$work"
"$python" samples/bench/tensor_codec.py "$work/mel.npy" "$work/klt.npy"
