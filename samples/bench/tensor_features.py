"""Feature series of real recordings and photos, for tensor-codec.sh: writes mel.npy and klt.npy.

mel.npy   [frames, 64]  natural logarithm of mel energies of speech: 25 ms Hann windows every 10 ms, 64 bands of 60 to 7600 Hz
klt.npy   [patches, 192]  8 x 8 RGB patches of photos in raster order, in the basis of their own covariance
"""

import sys
import wave
from pathlib import Path

import numpy as np
from PIL import Image

RECORDINGS = 30
PHOTOS = 10


def mel_filters(bands, bins, rate, lowest, highest):
    mel = lambda f: 2595 * np.log10(1 + np.asarray(f) / 700)
    edges = 700 * (10 ** (np.linspace(mel(lowest), mel(highest), bands + 2) / 2595) - 1)
    f = np.arange(bins) * rate / 2 / (bins - 1)
    rise = (f - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    fall = (edges[2:, None] - f) / (edges[2:] - edges[1:-1])[:, None]
    return np.maximum(0, np.minimum(rise, fall))


def log_mel(path):
    with wave.open(str(path)) as f:
        rate = f.getframerate()
        x = np.frombuffer(f.readframes(f.getnframes()), "<i2").reshape(-1, f.getnchannels())[:, 0] / 32768
    size, hop = rate // 40, rate // 100
    frames = np.lib.stride_tricks.sliding_window_view(x, size)[::hop]
    power = np.abs(np.fft.rfft(frames * np.hanning(size), 1024)) ** 2
    filters = mel_filters(64, power.shape[1], rate, 60, min(7600, rate / 2))
    return np.log(power @ filters.T + 1e-6).astype("<f4")


def patches(path):
    x = np.asarray(Image.open(path).convert("RGB").resize((512, 384), Image.LANCZOS), np.float64)
    return x.reshape(48, 8, 64, 8, 3).transpose(0, 2, 1, 3, 4).reshape(-1, 192)


data, out = Path(sys.argv[1]), Path(sys.argv[2])
speech = sorted((data / "audio/valid/speech").glob("*.wav"))[:RECORDINGS]
np.save(out / "mel.npy", np.concatenate([log_mel(p) for p in speech]))
photos = sorted((data / "images/valid").glob("photo-*"))[:PHOTOS]
vectors = np.concatenate([patches(p) for p in photos])
vectors -= vectors.mean(0)
basis = np.linalg.eigh(vectors.T @ vectors)[1][:, ::-1]
np.save(out / "klt.npy", (vectors @ basis).astype("<f4"))
