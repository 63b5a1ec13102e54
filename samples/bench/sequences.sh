#!/usr/bin/env bash
# Bytes of short sequences against those of their frames coded alone at the same PSNR; clips are made of photos (still with noise, a fade, a
# pan). A Markdown table on stdout.
#   samples/bench/sequences.sh [FRAMES [PHOTO...]]      default: 8 frames of two of the sample photos
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
frames=${1:-8}
files=()
for file in "${@:2}"; do files+=("$(realpath "$file")"); done
[ ${#files[@]} -gt 0 ] || files=("$root"/samples/media/photo-coffee.jpg "$root"/samples/media/photo-clownfish.jpg)
cd "$root"
exec mvn -q package -DskipTests -pl samples -am -Pexample "-Dexample=bench.SequenceMain $frames ${files[*]}"
