#!/usr/bin/env bash
# What is left of pictures of which a fifth of the tokens is lost: tokens left out at random, and chunks of real files in the layout
# independent. PSNR and MS-SSIM undamaged, with mean fill, nearest-neighbour fill and restored by the model's prior; a Markdown
# table on stdout. Photos are brought to 768 x 512.
#   samples/bench/token-loss.sh DIR [MODEL...]      DIR as samples/data/fetch-data.sh made it (every third validation photo), or a
#                                                   folder of photos; default: the shipped models with tokens
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
folder=$(realpath "$1")
shift
cd "$root"
exec mvn -q package -DskipTests -pl samples -am -Pexample "-Dexample=bench.TokenLossMain $folder $*"
