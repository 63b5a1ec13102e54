#!/usr/bin/env bash
# What the layouts of .tsr cost and save: bytes of the same tokens, quality at the same size, quality of the first chunks, and
# quality after a fifth of the chunks is lost (concealed, or filled with the mean). Markdown tables on stdout.
#   samples/bench/layout-cost.sh [FILE...]      default: the four sample photos and the two speech clips
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
files=()
for file; do files+=("$(realpath "$file")"); done
[ ${#files[@]} -gt 0 ] || files=("$root"/samples/media/photo-* "$root"/samples/media/speech-*)
cd "$root"
exec mvn -q package -DskipTests -pl samples -am -Pexample "-Dexample=bench.LayoutCostMain ${files[*]}"
