#!/usr/bin/env bash
# The shipped tokenizer of series on speech of a speaker and language that it has not seen, and beside it, at equal bits a second, k-means and
# residual k-means of single frames and k-means of patches in the KLT, learnt on 400,000 frames. Usage: feature-series.sh SET [MODEL], SET as
# samples/data/fetch-data.sh made it.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
set=$(realpath "${1:?usage: feature-series.sh SET [MODEL]}")
model=${2:-speech-mel80}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$root/samples/data/speech-features.sh" "$set" "$work"
cd "$root"
mvn -q package -DskipTests -pl samples -am -Pexample "-Dexample=bench.SeriesMain $model $work/train $work/valid"
