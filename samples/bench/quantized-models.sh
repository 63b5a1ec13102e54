#!/usr/bin/env bash
# Neural tokenizers in every width by every method: bytes, quality, equal tokens, and the squared error of the outputs of the layers
# against that of the first method of the width. A Markdown table on stdout.
#   samples/bench/quantized-models.sh SET MODEL [WIDTH...]
# SET as samples/data/fetch-data.sh made it; MODEL of pictures or sound, of F16 or F32; widths: int8 int4 int3 int2 ternary vq16_2
# vq16_4 (code vectors of 2 and of 4 weights, 2 bits and 1), default all. Calibrated on 16 training photos or 8 recordings of each
# folder; measured on the middle 512 x 512 pixels of every sixth validation photo, or the middle 10 seconds of three recordings of
# speech and three of music.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
folder=$(realpath "$1")
model=$2
[ ! -f "$model" ] || model=$(realpath "$model")
shift 2
cd "$root"
exec mvn -q package -DskipTests -pl samples -am -Pexample "-Dexample=bench.QuantizedModelsMain $folder $model $*"
