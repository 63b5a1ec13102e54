#!/usr/bin/env bash
# PSNR and MS-SSIM of photos of 768 x 512 in 245 to 983 bytes, by models; a Markdown table on stdout.
#   samples/bench/low-rates.sh DIR [MODEL...]       DIR as samples/data/fetch-data.sh made it (every third validation photo), or a
#                                                   folder of photos; default: image-f16, image-pq16 and image-linear-2
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
folder=$(realpath "$1")
shift
[ $# -gt 0 ] || set -- image-f16 image-pq16 image-linear-2
cd "$root"
exec mvn -q package -DskipTests -pl samples -am -Pexample "-Dexample=bench.LowRatesMain $folder $*"
