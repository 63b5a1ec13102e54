#!/usr/bin/env bash
# What is left of sound files of which a tenth of the packets is lost: chunks of the layout independent of the model audio-scalar.
# Bytes against the layout single; mel distance, SI-SDR and the largest step near the borders of lost packets; a Markdown table on
# stdout.
#   samples/bench/packet-loss.sh DIR [RECORDINGS]   DIR as samples/data/fetch-data.sh made it; so many recordings of each folder of
#                                                   audio/valid (6), the first 8 s of those that are so long
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
folder=$(realpath "$1")
recordings=${2:-6}
cd "$root"
exec mvn -q package -DskipTests -pl samples -am -Pexample \
    "-Dexample=bench.PacketLossMain $recordings $folder/audio/valid/speech $folder/audio/valid/music"
