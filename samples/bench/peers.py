"""Data, peers and tables of peers.sh. Needs numpy, faiss, pillow (patches) and, for minibatch, scikit-learn.

  peers.py mixture DIR COUNT DIM CODES            DIR/x.f32, c.f32, shape: a Gaussian mixture, its centres jittered
  peers.py noise   DIR COUNT DIM CODES            the same of uniform noise, on which pruning cannot pay
  peers.py patches DIR COUNT DIM CODES PHOTOS     the same of grey patches of the photos photo-* in a folder
  peers.py books   DIR COUNT DIM CODES BOOKS KIND a mixture; c.f32 are the books that FAISS learns, KIND rvq or pq
  peers.py run     WORKLOAD DIR THREADS REPEATS   CPU seconds of the process for each repeat, writes DIR/peer.i32 or peer.f32
  peers.py table   WORKLOAD DIR                   medians, ratio, and the distortions in double precision
"""
import statistics
import sys
import time
from pathlib import Path

import numpy as np

PATCHES = {8: (2, 4), 16: (4, 4), 64: (8, 8), 128: (8, 16), 256: (16, 16)}
LEARNERS = ("kmeans", "kmeans-random", "minibatch", "pq-train")


def write(directory, x, c, books=1):
    x.astype("<f4").tofile(directory / "x.f32")
    c.astype("<f4").tofile(directory / "c.f32")
    (directory / "shape").write_text(f"{len(x)} {x.shape[1]} {c.shape[-2]} {books}")


def read(directory):
    count, dim, codes, books = (int(v) for v in (directory / "shape").read_text().split())
    x = np.fromfile(directory / "x.f32", "<f4").reshape(count, dim)
    return x, np.fromfile(directory / "c.f32", "<f4"), count, dim, codes, books


def mixture(directory, count, dim, codes):
    """A Gaussian mixture with a decaying spectrum; the codebook is its centres, jittered."""
    rng = np.random.default_rng(20240611)
    spread = (1.0 / np.sqrt(1.0 + np.arange(dim))).astype(np.float32)
    centres = rng.standard_normal((codes, dim), dtype=np.float32) * spread
    member = rng.integers(0, codes, count)
    x = centres[member] + 0.35 * spread * rng.standard_normal((count, dim), dtype=np.float32)
    write(directory, x, centres + 0.05 * spread * rng.standard_normal((codes, dim), dtype=np.float32))


def noise(directory, count, dim, codes):
    """Uniform noise: no code vector can be ruled out cheaply."""
    rng = np.random.default_rng(20240611)
    write(directory, rng.random((count, dim), dtype=np.float32), rng.random((codes, dim), dtype=np.float32))


def patches(directory, count, dim, codes, photos):
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
    write(directory, found[:count], found[count : count + codes])


def books(directory, count, dim, codes, number, kind):
    """FAISS learns the books from the first half, so that both sides encode with the same ones."""
    import faiss

    mixture(directory, count, dim, 4096)
    x = read(directory)[0]
    bits = int(codes).bit_length() - 1
    if kind == "rvq":
        quantizer = faiss.ResidualQuantizer(dim, number, bits)
        quantizer.train_type = faiss.ResidualQuantizer.Train_default
        quantizer.max_beam_size = 1
    else:
        quantizer = faiss.ProductQuantizer(dim, number, bits)
    quantizer.train(x[: count // 2])
    learnt = quantizer.codebooks if kind == "rvq" else quantizer.centroids
    c = faiss.vector_to_array(learnt).reshape(-1, codes, dim if kind == "rvq" else dim // number)
    write(directory, x, c[:number], number)


def unpack(codes, bits, number):
    """Indices of codes that FAISS packs least significant bit first."""
    flat = np.unpackbits(codes, axis=1, bitorder="little")[:, : bits * number].reshape(len(codes), number, bits)
    return (flat.astype(np.int64) << np.arange(bits)).sum(2)


def run(workload, directory, threads, repeats):
    import faiss

    faiss.omp_set_num_threads(threads)
    x, c, count, dim, codes, number = read(directory)
    bits = codes.bit_length() - 1
    head = x[: min(count, 2000)]

    def timed(work):
        for _ in range(repeats):
            start = time.process_time()
            result = work()
            print(f"{time.process_time() - start:.6f}", flush=True)
        return result

    if workload == "assign":
        index = faiss.IndexFlatL2(dim)
        index.add(c.reshape(codes, dim))
        index.search(head, 1)
        result = timed(lambda: index.search(x, 1)[1]).ravel()
    elif workload in ("rvq", "beam"):
        quantizer = faiss.ResidualQuantizer(dim, number, bits)
        faiss.copy_array_to_vector(c, quantizer.codebooks)
        quantizer.is_trained = True
        quantizer.max_beam_size = 5 if workload == "beam" else 1
        quantizer.compute_codes(head)
        result = unpack(timed(lambda: quantizer.compute_codes(x)), bits, number)
    elif workload == "pq":
        quantizer = faiss.ProductQuantizer(dim, number, bits)
        faiss.copy_array_to_vector(c, quantizer.centroids)
        quantizer.compute_codes(head)
        result = unpack(timed(lambda: quantizer.compute_codes(x)), bits, number)
    elif workload == "pq-train":

        def train():
            quantizer = faiss.ProductQuantizer(dim, number, bits)
            quantizer.train(x)
            return quantizer

        result = faiss.vector_to_array(timed(train).centroids)
    elif workload in ("kmeans", "kmeans-random"):

        def train():
            learner = faiss.Kmeans(dim, codes, niter=20, max_points_per_centroid=count, seed=1)
            learner.train(x)
            return learner.centroids

        result = timed(train)
    elif workload == "minibatch":
        from sklearn.cluster import MiniBatchKMeans

        result = timed(lambda: MiniBatchKMeans(codes, random_state=1).fit(x).cluster_centers_)
    else:
        raise SystemExit(f"no workload {workload}")
    result.astype("<f4" if workload in LEARNERS else "<i4").tofile(
        directory / ("peer.f32" if workload in LEARNERS else "peer.i32")
    )
    print("faiss", faiss.__version__, faiss.get_compile_options().strip(), file=sys.stderr)


def nearest(x, c):
    """Squared distance from the nearest code vector in double precision, exact enough for a mean."""
    total = 0.0
    norms = (c * c).sum(1)
    for at in range(0, len(x), 4096):
        block = x[at : at + 4096].astype(np.float64)
        total += ((block * block).sum(1) + (norms - 2 * block @ c.T).min(1)).sum()
    return total / len(x)


def distortion(workload, directory, who):
    x, c, count, dim, codes, number = read(directory)
    if workload in ("assign", "rvq", "beam", "pq"):
        i = np.fromfile(directory / f"{who}.i32", "<i4").reshape(count, number)
        width = dim // number if workload == "pq" else dim
        c = c.reshape(number, codes, width).astype(np.float64)
        parts = [c[b][i[:, b]] for b in range(number)]
        return ((x - (np.concatenate(parts, 1) if workload == "pq" else sum(parts))) ** 2).sum(1).mean()
    learnt = np.fromfile(directory / f"{who}.f32", "<f4").astype(np.float64)
    if workload != "pq-train":
        return nearest(x, learnt.reshape(-1, dim))
    width = dim // number
    learnt = learnt.reshape(number, -1, width)
    return sum(nearest(x[:, b * width : (b + 1) * width], learnt[b]) for b in range(number))


def table(workload, directory):
    x, c, count, dim, codes, number = read(directory)
    seconds = {}
    for column in ("java", "peer", "peer512"):
        file = directory / f"{column}.cpu"
        if file.exists():
            seconds[column] = statistics.median(float(v) for v in file.read_text().split())
    java = seconds["java"]
    line = f"{(directory / 'name').read_text().strip():28} threads {(directory / 'threads').read_text().strip()}   java {java:8.3f} s"
    for column in ("peer", "peer512"):
        if column in seconds:
            line += f"   {column} {seconds[column]:8.3f} s = {seconds[column] / java:5.2f}x"
    ours, theirs = (distortion(workload, directory, who) for who in ("java", "peer"))
    line += f"   distortion {ours:.6g} against {theirs:.6g} ({100 * (ours / theirs - 1):+.2g} %)"
    if workload == "assign":
        a, b = (np.fromfile(directory / f"{who}.i32", "<i4") for who in ("java", "peer"))
        line += f"   indices differ {np.mean(a != b):.1e}"
    print(line, flush=True)


if __name__ == "__main__":
    command, *rest = sys.argv[1:]
    rest = [int(a) if a.isdigit() else Path(a) if "/" in a else a for a in rest]
    {"mixture": mixture, "noise": noise, "patches": patches, "books": books, "run": run, "table": table}[command](*rest)
