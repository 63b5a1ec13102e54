"""Data and the FAISS side of nearest-faiss.sh. Needs numpy, for `patches` pillow and for `faiss` the faiss module.

  nearest_faiss.py data    DIR COUNT CODES DIM        writes DIR/x.f32 and DIR/c.f32, a Gaussian mixture
  nearest_faiss.py patches DIR COUNT CODES DIM PHOTOS the same of grey patches of the photos in a folder
  nearest_faiss.py faiss DIR DIM REPEATS          prints CPU seconds of each repeat, writes DIR/faiss.i32
  nearest_faiss.py table DIR                      prints medians, ratio and how the two results differ
"""
import statistics
import sys
import time
from pathlib import Path

import numpy as np


def data(directory, count, codes, dim):
    """A Gaussian mixture with a decaying spectrum; the codebook is its centres, jittered."""
    rng = np.random.default_rng(20240611)
    spread = (1.0 / np.sqrt(1.0 + np.arange(dim))).astype(np.float32)
    centres = rng.standard_normal((codes, dim), dtype=np.float32) * spread
    member = rng.integers(0, codes, count)
    x = centres[member] + 0.35 * spread * rng.standard_normal((count, dim), dtype=np.float32)
    c = centres + 0.05 * spread * rng.standard_normal((codes, dim), dtype=np.float32)
    x.astype("<f4").tofile(directory / "x.f32")
    c.astype("<f4").tofile(directory / "c.f32")


PATCHES = {8: (2, 4), 16: (4, 4), 64: (8, 8), 128: (8, 16), 256: (16, 16)}


def patches(directory, count, codes, dim, photos):
    """Grey patches at random places of all photos, values 0 to 255; the codebook is other patches of the same photos."""
    from PIL import Image

    rng = np.random.default_rng(20240611)
    height, width = PATCHES[dim]
    files = sorted(Path(photos).glob("photo-*"))
    share = -(-(count + codes) // len(files))
    found = []
    for file in files:
        grey = np.asarray(Image.open(file).convert("L"), np.float32)
        top = rng.integers(0, grey.shape[0] - height + 1, share)
        left = rng.integers(0, grey.shape[1] - width + 1, share)
        windows = np.lib.stride_tricks.sliding_window_view(grey, (height, width))
        found.append(windows[top, left].reshape(share, dim))
    found = rng.permutation(np.concatenate(found))
    found[:count].astype("<f4").tofile(directory / "x.f32")
    found[count : count + codes].astype("<f4").tofile(directory / "c.f32")


def run_faiss(directory, dim, repeats):
    import faiss

    faiss.omp_set_num_threads(1)
    x = np.fromfile(directory / "x.f32", "<f4").reshape(-1, dim)
    c = np.fromfile(directory / "c.f32", "<f4").reshape(-1, dim)
    index = faiss.IndexFlatL2(dim)
    index.add(c)
    index.search(x[: min(len(x), 2000)], 1)
    for _ in range(repeats):
        start = time.process_time()
        _, labels = index.search(x, 1)
        print(f"{time.process_time() - start:.6f}")
    labels.ravel().astype("<i4").tofile(directory / "faiss.i32")
    print("faiss", faiss.__version__, faiss.get_compile_options().strip(), file=sys.stderr)


def table(directory):
    name, count, codes, dim = (directory / "shape").read_text().split()
    count, codes, dim = int(count), int(codes), int(dim)
    seconds = {who: [float(v) for v in (directory / f"{who}.cpu").read_text().split()] for who in ("java", "faiss")}
    java, peer = (statistics.median(seconds[who]) for who in ("java", "faiss"))
    x = np.fromfile(directory / "x.f32", "<f4").reshape(-1, dim)
    c = np.fromfile(directory / "c.f32", "<f4").reshape(-1, dim).astype(np.float64)
    a = np.fromfile(directory / "java.i32", "<i4")
    b = np.fromfile(directory / "faiss.i32", "<i4")
    excess = ((x - c[a]) ** 2).sum(1).mean() / ((x - c[b]) ** 2).sum(1).mean() - 1
    work = 2e-9 * count * codes * dim
    print(
        f"{name:4} n={count:<7} K={codes:<7} d={dim:<4} java {java:8.3f} s {work / java:5.1f} GFLOP/s   "
        f"faiss {peer:8.3f} s {work / peer:5.1f} GFLOP/s   java/faiss {peer / java:5.2f}x   "
        f"indices differ {np.mean(a != b):.2e}, distortion {excess:+.1e}"
    )


if __name__ == "__main__":
    command, directory, *rest = sys.argv[1:]
    rest = [int(argument) if argument.isdigit() else argument for argument in rest]
    {"data": data, "patches": patches, "faiss": run_faiss, "table": table}[command](Path(directory), *rest)
