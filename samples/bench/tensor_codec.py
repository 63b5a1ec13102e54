"""Called by tensor-codec.sh: for every array, scale and number of levels, the size of integers under zstd -19 and of the
coarsest .tsr file whose mean squared error, measured here on what comes back, is not larger."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np


def zstd(data):
    return len(subprocess.run(["zstd", "-19", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout)


def tessera(*arguments):
    run = subprocess.run(
        ["./tessera", *map(str, arguments), "--json", "--quiet", "--overwrite"], stdout=subprocess.PIPE, check=True
    )
    return json.loads(run.stdout)


def coarsest(path, x, error, rule, cache):
    """The smallest file of an integer quality whose error is at most `error`."""
    low, high = -1, 100
    while high - low > 1:
        quality = (low + high) // 2
        if (rule, quality) not in cache:
            with tempfile.TemporaryDirectory() as folder:
                there, back = Path(folder) / "x.tsr", Path(folder) / "x.npy"
                tessera("compress", path, "-o", there, "-q", quality, "--steps", rule)
                tessera("decompress", there, "-o", back)
                y = np.load(back)
                cache[rule, quality] = (there.stat().st_size, float(((x - y.astype(np.float64)) ** 2).mean()))
        if cache[rule, quality][1] <= error:
            high = quality
        else:
            low = quality
    return (high, *cache[rule, high]) if high < 100 else None


for name in sys.argv[1:]:
    x = np.load(name)
    cache = {}
    print(f"{Path(name).name} {x.shape}")
    print("scale    levels  int8 + zstd -19          .tsr, same error")
    for scale in "tensor", "channel":
        for top in 127, 31, 7:
            step = np.abs(x).max(axis=0 if scale == "channel" else None) / top
            integers = np.rint(x / step).astype("i1")
            error = float(((x - integers * step.astype(np.float64)) ** 2).mean())
            size = zstd(integers.tobytes())
            line = f"{scale:8} {2 * top + 1:6}  {size:8} bytes, mse {error:<9.4g}"
            for rule in "channel", "tensor":
                found = coarsest(name, x, error, rule, cache)
                if found:
                    quality, ours, reached = found
                    line += f"  --steps {rule} -q {quality}: {ours} bytes ({ours / size - 1:+.1%}), mse {reached:.4g}"
                else:
                    line += f"  --steps {rule}: finer than -q 99"
            print(line, flush=True)
    raw = zstd(x.astype("<f4").tobytes())
    transposed = zstd(x.astype("<f4").view("u1").reshape(-1, 4).T.tobytes())
    with tempfile.TemporaryDirectory() as folder:
        ours = tessera("compress", name, "-o", Path(folder) / "x.tsr", "-q", 100)["bytes"]
    print(f"lossless: zstd -19 {raw} bytes, zstd -19 of byte planes {transposed}, .tsr {ours}\n", flush=True)
