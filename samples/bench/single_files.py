#!/usr/bin/env python3
"""Token maps of single files, and what zstd with a trained dictionary makes of them; for single-files.sh.
usage: single_files.py build SET OUT_DIR      SET as samples/data/fetch-data.sh made it
       single_files.py zstd OUT_DIR STREAM K  prints a line `NAME BYTES` for each held-out file
       single_files.py table OURS ZSTD RAW_BITS  a row of bits per token for each kind of file

build writes for each STREAM of f16, f8 and mel: OUT_DIR/STREAM.codebook.npy (float32 [K x dim], mel [4 x 256 x 80]),
OUT_DIR/STREAM/NAME.u16 (little-endian tokens, all stages of a position in order) and OUT_DIR/STREAM.index, a line
`train|valid NAME HEIGHT WIDTH` each. Codebooks and whatever is learnt from tokens see the training files only.
Pictures: the middle of the photo, scaled down (Lanczos) to cover 768 x 512 if it is larger, and its mirror image for training;
codebooks by k-means, K = 1,024 for 16 x 16 x 3 patches and K = 512 for 8 x 8 x 3. Sound: 16 kHz, clips of at most 8 s scaled to
rms .08, 80 HTK mel bands of 0 to 8 kHz, a frame every 20 ms, residual k-means 4 x 256."""
import glob
import os
import subprocess
import sys
import tempfile

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'data'))

SIDES = {'f16': (16, 1024), 'f8': (8, 512)}
STAGES, CODES = 4, 256
LEVELS = ('-19', '--ultra -22')
DICTIONARIES = (16, 64, 256, 1024)  # kB


def photo(path):
    from PIL import Image
    im = Image.open(path).convert('RGB')
    scale = min(1, max(768 / im.width, 512 / im.height))
    if scale < 1:
        im = im.resize((max(768, round(im.width * scale)), max(512, round(im.height * scale))), Image.LANCZOS)
    w, h = min(768, im.width) // 16 * 16, min(512, im.height) // 16 * 16
    left, top = (im.width - w) // 2, (im.height - h) // 2
    return np.asarray(im.crop((left, top, left + w, top + h)))


def patches(x, side):
    h, w, _ = x.shape
    cut = x.reshape(h // side, side, w // side, side, 3).swapaxes(1, 2)
    return cut.reshape(-1, side * side * 3).astype(np.float32) - 128


def clips(path):
    """Mel frames [frames x 80] of the clips of a file."""
    from scipy.io import wavfile
    from scipy.signal import resample_poly
    rate, x = wavfile.read(path)
    x = resample_poly(x.astype(np.float32) / 32768, 16000, rate).astype(np.float32)
    for at in range(0, max(1, len(x) - 8000), 128000):
        clip = x[at:at + 128000]
        rms = np.sqrt((clip ** 2).mean()) if len(clip) else 0
        if len(clip) >= 8000 and rms > 1e-4:
            yield mel(clip * (.08 / rms))


def mel(x, size=1024, hop=320, bands=80):
    x = np.pad(x, size // 2)
    n = (len(x) - size) // hop + 1
    window = .5 - .5 * np.cos(2 * np.pi * np.arange(size) / size)
    frames = np.lib.stride_tricks.as_strided(x, (n, size), (x.strides[0] * hop, x.strides[0])) * window.astype(np.float32)
    s = np.abs(np.fft.rfft(frames, axis=1))
    edges = 700 * (10 ** (np.linspace(0, 2595 * np.log10(1 + 8000 / 700), bands + 2) / 2595) - 1)
    f = np.arange(size // 2 + 1) * 16000 / size
    up = (f[None] - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    down = (edges[2:, None] - f[None]) / (edges[2:] - edges[1:-1])[:, None]
    return np.log10(np.maximum(s @ np.maximum(0, np.minimum(up, down)).T, 1e-2)).astype(np.float32)


class Stream:
    def __init__(self, out, name):
        self.folder, self.index = f'{out}/{name}', open(f'{out}/{name}.index', 'w')
        os.makedirs(self.folder, exist_ok=True)

    def add(self, part, name, tokens, height, width):
        tokens.astype('<u2').tofile(f'{self.folder}/{part}-{name}.u16')
        print(part, f'{part}-{name}', height, width, file=self.index)


def name_of(path):
    return os.path.splitext(os.path.basename(path))[0].replace(' ', '_')


def build(source, out):
    import token_streams as ts
    os.makedirs(out, exist_ok=True)
    train = sorted(glob.glob(f'{source}/images/train/photo-*'))
    valid = sorted(glob.glob(f'{source}/images/valid/photo-*'))
    pictures = [photo(p) for p in train]
    for name, (side, codes) in SIDES.items():
        drawn = []
        for x in pictures:
            p = patches(x, side)
            drawn.append(p[ts.rng.choice(len(p), min(len(p), 300), replace=False)])
        book = ts.kmeans(np.concatenate(drawn), codes)
        np.save(f'{out}/{name}.codebook.npy', book)
        stream = Stream(out, name)
        for part, paths, views in ('train', train, (1, -1)), ('valid', valid, (1,)):
            for path in paths:
                x = photo(path)
                for view in views:
                    t = ts.assign(patches(x[:, ::view], side), book)
                    stream.add(part, name_of(path) + ('-mirror' if view < 0 else ''), t, x.shape[0] // side, x.shape[1] // side)
        print(name, 'codebook learnt from', sum(map(len, drawn)), 'patches', file=sys.stderr)

    sounds = {}
    for part in 'train', 'valid':
        for kind in 'speech', 'music':
            paths = sorted(glob.glob(f'{source}/audio/{part}/{kind}/*.wav'))
            for path in paths[::3] if (part, kind) == ('train', 'speech') else paths:
                for i, frames in enumerate(clips(path)):
                    if part == 'train' or i < 4:
                        sounds[part, f'{kind}-{name_of(path)}-{i}'] = frames
    learning = np.concatenate([f for (part, _), f in sounds.items() if part == 'train'])
    mean = learning.mean(0)
    drawn = learning[ts.rng.choice(len(learning), min(len(learning), 60000), replace=False)] - mean
    books = []
    for _ in range(STAGES):
        books.append(ts.kmeans(drawn, CODES))
        drawn = drawn - books[-1][ts.assign(drawn, books[-1])]
    np.save(f'{out}/mel.codebook.npy', np.stack(books))
    np.save(f'{out}/mel1.codebook.npy', books[0])
    whole, first = Stream(out, 'mel'), Stream(out, 'mel1')
    for (part, name), frames in sounds.items():
        rest, stages = frames - mean, []
        for book in books:
            stages.append(ts.assign(rest, book))
            rest = rest - book[stages[-1]]
        whole.add(part, name, np.stack(stages, 1).reshape(-1), 1, len(frames))
        first.add(part, name, stages[0], 1, len(frames))


def zstd(out, stream, codes):
    """The files as 8- or 16-bit tokens under the level and the dictionary, learnt from the training files, that make them
    smallest in all; the frames without checksum and without the dictionary's number."""
    lines = [line.split() for line in open(f'{out}/{stream}.index')]
    parts = {part: [name for p, name, *_ in lines if p == part] for part in ('train', 'valid')}
    wide = int(codes) > 256
    totals = {}
    with tempfile.TemporaryDirectory() as work:
        os.mkdir(f'{work}/z')
        for part, names in parts.items():
            os.mkdir(f'{work}/{part}')
            for name in names:
                t = np.fromfile(f'{out}/{stream}/{name}.u16', '<u2')
                (t if wide else t.astype(np.uint8)).tofile(f'{work}/{part}/{name}')
        for size in (0, *DICTIONARIES):
            with_dictionary = ''
            if size:
                subprocess.run(f'zstd -q -r --train {work}/train --maxdict={size * 1024} -19 -f -o {work}/dictionary', shell=True,
                               check=True, stderr=subprocess.DEVNULL)
                with_dictionary = f'-D {work}/dictionary'
            for level in LEVELS:
                subprocess.run(f'zstd -q -r --no-check --no-dictID {level} {with_dictionary} --output-dir-flat {work}/z -f {work}/valid',
                               shell=True, check=True)
                totals[size, level] = {n: os.path.getsize(f'{work}/z/{n}.zst') for n in parts['valid']}
    for (size, level), sizes in totals.items():
        print(f'zstd {level}, dictionary {size} kB: {sum(sizes.values())} bytes', file=sys.stderr)
    best = min((sum(s.values()), size, level) for (size, level), s in totals.items() if size)
    for name, size in totals[best[1:]].items():
        print(name, size)


def table(ours, zstd_sizes, raw):
    peers = dict(line.split() for line in open(zstd_sizes))
    kinds = {}
    for line in open(ours):
        name, *figures = line.split()
        figures = np.array([*map(int, figures), int(peers[name])])
        for kind in {'all', name.split('-')[1]}:
            kinds.setdefault(kind, []).append(figures)
    for kind, rows in sorted(kinds.items()):
        if kind == 'all' and len(kinds) == 2:
            continue
        tokens, *sizes = np.sum(rows, 0)
        bits = [8 * s / tokens for s in sizes]
        print('|', kind, '|', len(rows), '|', tokens, '|', raw, '|', ' | '.join(f'{b:.3f}' for b in bits),
              f'| {100 * (bits[0] / bits[-1] - 1):.1f} % |')


if __name__ == '__main__':
    {'build': build, 'zstd': zstd, 'table': table}[sys.argv[1]](*sys.argv[2:])
