#!/usr/bin/env python3
"""The streams of samples/data/token_streams.py together with the codebooks that it throws away.
usage: token_codebooks.py SET OUT_DIR, SET as samples/data/fetch-data.sh made it.
Writes OUT_DIR/{image,audio}.u16 and {image,audio}.codebook.npy (float32, [1024 x 192] and [4 x 1024 x 64]), and the
held-out streams image-valid.u16 and audio-valid.u16: photos and speech of the validation set under the same codebooks."""
import glob
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'data'))
import token_streams as ts

source, out = sys.argv[1:3]
os.makedirs(out, exist_ok=True)
books = []
original = ts.kmeans


def kept(points, *rest):
    book = original(points, *rest)
    books.append(book.copy())
    return book


ts.kmeans = kept
ts.image_stream(source).astype('<u2').tofile(f'{out}/image.u16')
np.save(f'{out}/image.codebook.npy', books[0])
crops = [ts.crop(p) for p in sorted(glob.glob(f'{source}/images/valid/photo-*'))]
held = np.concatenate([ts.patches(c) for c in crops if c is not None])
ts.assign(held, books[0]).astype('<u2').tofile(f'{out}/image-valid.u16')

books.clear()
ts.audio_stream(source).astype('<u2').tofile(f'{out}/audio.u16')
np.save(f'{out}/audio.codebook.npy', np.stack(books))
held = sorted(glob.glob(f'{source}/audio/valid/speech/*.wav'))
waves = [ts.wavfile.read(p)[1].astype(np.float32) / 32768 for p in held]
frames = np.concatenate([ts.mel(x) for x in waves if len(x) >= 4800])[:60000]
frames = frames - frames.mean(0)
stages = []
for book in books:
    index = ts.assign(frames, book)
    frames = frames - book[index]
    stages.append(index)
np.stack(stages, 1).reshape(-1).astype('<u2').tofile(f'{out}/audio-valid.u16')
