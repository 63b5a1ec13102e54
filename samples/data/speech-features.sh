#!/usr/bin/env bash
# Series of features of real speech: log-mel spectra, 80 channels, 100 frames a second, as .npy files [frames, 80].
#   samples/data/speech-features.sh SET OUTPUT      SET as samples/data/fetch-data.sh made it
# OUTPUT/train: of audio/train/speech (English, French, Spanish, Russian; 360 MB). OUTPUT/valid: of audio/valid/speech, which is
# another package: another speaker and language (Italian), never trained on.
set -euo pipefail
set=$(realpath "${1:?usage: speech-features.sh SET OUTPUT}")
output=$(realpath -m "${2:?usage: speech-features.sh SET OUTPUT}")
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
[ -e samples/target/classes/dev/tessera/samples/LogMelSeries.class ] || mvn -q package -DskipTests -pl samples -am
classes=samples/target/classes
for module in codebook codecs vq-models audio; do classes=$classes:$module/target/classes; done
java=${TESSERA_JAVA:-${JAVA_HOME:-}}
[ -n "$java" ] && java=$java/bin/java || java=java
for part in train valid; do
    "$java" --add-modules jdk.incubator.vector -XX:+UseSerialGC -cp "$classes" dev.tessera.samples.LogMelSeries \
        "$set/audio/$part/speech" "$output/$part" 2> >(grep -v incubator >&2)
done
