#!/usr/bin/env bash
# What streams of sound (compress --layout stream) cost by the length of their chunks, beside files of independent chunks, and how fast
# they are: CPU time of one thread, one after the other in one process. A Markdown table on stdout.
#   samples/bench/sound-streams.sh [FILE...]   sounds (those of samples/media)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
files=()
for file in "${@:-$root/samples/media/speech-english.wav}"; do files+=("$(realpath "$file")"); done
[ $# -gt 0 ] || files+=("$root/samples/media/music-bay.wav")
cd "$root"
exec mvn -q package -DskipTests -pl samples -am -Pexample "-Dexample=bench.SoundStreamMain ${files[*]}"
