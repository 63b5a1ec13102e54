#!/usr/bin/env bash
# Picture files of 100 to 2,000 bytes: a Markdown table on stdout, and a PNG that shows them beside the originals.
#   samples/bench/small-pictures.sh OUT.png [PHOTO...]      default: the sample photos
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
out=$(realpath -m "${1:?OUT.png}")
files=()
for file in "${@:2}"; do files+=("$(realpath "$file")"); done
[ ${#files[@]} -gt 0 ] || files=("$root"/samples/media/photo-*)
cd "$root"
exec mvn -q package -DskipTests -pl samples -am -Pexample "-Dexample=bench.SmallPicturesMain $out ${files[*]}"
