#!/usr/bin/env bash
# Figures of the shipped models on files that none of them has seen: means over the photos and over the first recordings of each
# folder of the validation set. Usage: held-out.sh DIR [RECORDINGS], DIR as samples/data/fetch-data.sh made it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
set=$1
recordings=${2:-20}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mean() { # NAME: mean of a number over JSON lines
    sed -nE "s/.*\"$1\":(-?[0-9.eE+-]+).*/\1/p" | awk '{ s += $1; n++ } END { printf "%.4f", s / n }'
}
evaluate() { # MEDIA SUFFIX NAMES...: one JSON line a file
    local media=$1 suffix=$2 file name
    shift 2
    for file; do
        name=$(basename "$file")
        ./tessera eval "$media" "$file" "$work/back/${name%.*}.$suffix" --json
    done >"$work/eval"
}
there_and_back() { # OPTION RATE FILES...
    local option=$1 rate=$2
    shift 2
    rm -rf "$work/tsr" "$work/back"
    printf '%s\n' "$@" >"$work/list"
    ./tessera compress "@$work/list" -o "$work/tsr" "$option" "$rate" "${model[@]}" --json --quiet | sed 's/{"input"/\n{"input"/g' >"$work/rates"
    ./tessera decompress "$work/tsr" -o "$work/back" --quiet
}
echo "photos: model, bits per pixel asked, used, PSNR, MS-SSIM"
for name in image-linear-2 image-pq16; do
    model=(--model "$name")
    for rate in 0.02 0.04 0.08 0.15; do
        there_and_back --bpp $rate "$set"/images/valid/photo-*
        evaluate image png "$set"/images/valid/photo-*
        echo "$name $rate $(grep '^{"input"' "$work/rates" | mean bits_per_pixel) $(mean psnr <"$work/eval") $(mean ms_ssim <"$work/eval")"
    done
done
model=()
echo "sound: folder, kbps asked, used, mel distance, SI-SDR"
for folder in "$set"/audio/valid/*; do
    mapfile -t files < <(find "$folder" -type f | sort | head -n "$recordings")
    for rate in 0.3 0.6 1.5 3 6; do
        there_and_back --kbps $rate "${files[@]}"
        evaluate audio wav "${files[@]}"
        echo "$(basename "$folder") $rate $(grep '^{"input"' "$work/rates" | mean kbps) $(mean mel_distance <"$work/eval") $(mean si_sdr <"$work/eval")"
    done
done
