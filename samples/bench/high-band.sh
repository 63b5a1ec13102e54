#!/usr/bin/env bash
# What files of audio-scalar are worth over all that sounds of more than 16 kHz hold: mel distance up to half the rate of the sound, of files of
# the same size with and without what is above 8 kHz. A Markdown table on stdout.
#   samples/bench/high-band.sh DIR [RECORDINGS]   DIR as samples/data/fetch-data.sh made it; so many recordings of each folder of
#                                                 audio/valid (6), the first 6 s of those that last 2 s
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
folder=$(realpath "$1")
recordings=${2:-6}
cd "$root"
exec mvn -q package -DskipTests -pl samples -am -Pexample \
    "-Dexample=bench.HighBandMain $recordings $folder/audio/valid/speech $folder/audio/valid/music $folder/audio/valid/effects"
