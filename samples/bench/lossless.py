"""Crops, peers and table of lossless.sh."""

import io
import os
import sys

from PIL import Image


def size(picture, **options):
    out = io.BytesIO()
    picture.save(out, **options)
    return len(out.getvalue())


def crops(folder, target, side):
    os.makedirs(target)
    for name in sorted(os.listdir(folder)):
        if not name.startswith("photo-"):
            continue
        picture = Image.open(os.path.join(folder, name)).convert("RGB")
        width, height = picture.size
        if width < side or height < side:
            continue
        left, top = (width - side) // 2, (height - side) // 2
        crop = picture.crop((left, top, left + side, top + side))
        stem = os.path.splitext(name)[0]
        crop.save(os.path.join(target, stem + ".ppm"))
        png = size(crop, format="PNG", optimize=True)
        webp = size(crop, format="WEBP", lossless=True, quality=100, method=6)
        print(stem, png, webp)


def table(peers, ours, side):
    sizes = {}
    for line in open(peers):
        stem, png, webp = line.split()
        sizes[stem] = [8 * int(png) / (3 * side * side), 8 * int(webp) / (3 * side * side)]
    raw = encode = decode = 0
    for line in open(ours):
        path, samples, coded, encode_seconds, decode_seconds = line.split()
        stem = os.path.splitext(os.path.basename(path))[0]
        sizes[stem].append(8 * int(coded) / int(samples))
        raw += int(samples)
        encode += float(encode_seconds)
        decode += float(decode_seconds)
    print(f"{side} x {side}: bits per dimension of PNG, WebP, circuit")
    for stem, row in sizes.items():
        print(f"  {stem:48s} " + " ".join(f"{value:7.4f}" for value in row))
    columns = list(zip(*sizes.values()))
    print(f"  {'mean of ' + str(len(sizes)):48s} " + " ".join(f"{sum(c) / len(c):7.4f}" for c in columns))
    lost = [sum(mine >= peer for mine, peer in zip(columns[2], columns[k])) for k in (0, 1)]
    print(f"  loses to PNG on {lost[0]}, to WebP on {lost[1]}")
    print(f"  MB/s of raw samples, CPU time of one thread: encode {raw / encode / 1e6:.3f}, decode {raw / decode / 1e6:.3f}")


if __name__ == "__main__":
    if sys.argv[1] == "crops":
        crops(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        table(sys.argv[2], sys.argv[3], int(sys.argv[4]))
