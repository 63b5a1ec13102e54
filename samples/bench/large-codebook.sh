#!/usr/bin/env bash
# A codebook of 100,000 code vectors for 4 x 4 grey patches, learned on 4 million patches of the training photos and used on as many
# patches of photos that it has not seen; beside it one of 16,384. Usage: large-codebook.sh DIR [PATCHES [UNSEEN]], DIR as
# samples/data/fetch-data.sh made it, UNSEEN the number of patches of validation photos (default: as many). PYTHON (default python3) needs
# numpy and pillow.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
set=$1
count=${2:-4000000}
unseen=${3:-$count}
python=${PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for part in train valid; do
    mkdir "$work/$part"
    if [ $part = valid ]; then count=$unseen; fi
    "$python" samples/bench/peers.py patches "$work/$part/" "$count" 16 1 "$set/images/$part/"
    "$python" - "$work/$part" <<'PYTHON'
import sys
import numpy as np
x = np.fromfile(sys.argv[1] + "/x.f32", "<f4").reshape(-1, 16)
np.save(sys.argv[1] + ".npy", x)
PYTHON
    rm -r "${work:?}/$part"
done
for codes in 16384 100000; do
    ./tessera fit "$work/train.npy" -o "$work/$codes.safetensors" --quantizer kmeans --codes $codes --start random --json --overwrite
    ./tessera assign "$work/valid.npy" --codebook "$work/$codes.safetensors" -o "$work/indices.npy" --json --overwrite
    ./tessera usage "$work/indices.npy" --codes $codes
done
