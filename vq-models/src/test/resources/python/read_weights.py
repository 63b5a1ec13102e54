"""Reads low-bit weights with numpy, from nothing but docs/formats/weights.md, and compares them with the values beside them."""
import json
import struct
import sys

import numpy as np

TYPES = {"F32": "<f4", "F16": "<f2", "I32": "<i4", "U16": "<u2", "U8": "u1", "I8": "i1", "F8_E4M3": "u1"}
NF4 = np.array([-1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
                -0.18477343022823334, -0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725,
                0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941,
                0.7229568362236023, 1], np.float32)
SLOTS = [2 * r if r < 8 else 2 * r - 15 for r in range(16)]  # byte of row r of a tile


def minifloat(exponent_bits, mantissa_bits, bias):
    half = []
    for e in range(1 << exponent_bits):
        for m in range(1 << mantissa_bits):
            whole = m if e == 0 else m + (1 << mantissa_bits)
            half.append(whole * 2.0 ** (max(e, 1) - bias - mantissa_bits))
    return np.array(half + [-x for x in half], np.float32)


def pyramid(dim, pulses):
    """U of PyramidEnumeration by its recurrence: rows for 1 to dim values, columns for 0 to pulses + 1 pulses."""
    table = [None, [0] + [1] * (pulses + 1)]
    for _ in range(dim - 1):
        row = [0]
        for k in range(1, pulses + 2):
            row.append(table[-1][k] + row[k - 1] + table[-1][k - 1])
        table.append(row)
    return table


def pyramid_vector(table, dim, pulses, index):
    """The vector of a number: those with a first value below 0 are the later half, and larger magnitudes come first."""
    vector = []
    for j in range(dim):
        u = table[dim - j]
        negative = index >= u[pulses + 1]
        index -= u[pulses + 1] if negative else 0
        left = max(k for k in range(pulses + 1) if u[k] <= index)
        index -= u[left]
        vector.append(left - pulses if negative else pulses - left)
        pulses = left
    return vector


def rows_first(codes):
    """[tiles, ..., 16] in bytes to [16 tiles, ...] in rows"""
    in_order = codes[..., SLOTS]
    return np.moveaxis(in_order, -1, 1).reshape((-1,) + codes.shape[1:-1])


def nibbles(codes):
    """[rows, blocks] to [rows, 2 blocks]"""
    return np.stack([codes & 15, codes >> 4], -1).reshape(codes.shape[0], -1)


class Weights:
    def __init__(self, path):
        data = open(path, "rb").read()
        n = struct.unpack("<Q", data[:8])[0]
        header = json.loads(data[8:8 + n])
        self.config = json.loads(header.pop("__metadata__")["config"])
        self.tensors = {}
        for name, entry in header.items():
            begin, end = entry["data_offsets"]
            self.tensors[name] = np.frombuffer(data[8 + n + begin:8 + n + end], TYPES[entry["dtype"]]).reshape(entry["shape"])

    def scales(self, prefix, kind, rows):
        stored, parameters = self.tensors[prefix + ".scales"], self.tensors[prefix + ".scale_parameters"]
        if kind == "half":
            values = stored.astype(np.float32) * parameters[0]
        elif kind == "e8m0":
            values = (2.0 ** (stored.astype(float) - 127)).astype(np.float32)
        elif kind == "e4m3":
            values = minifloat(4, 3, 7)[stored] * parameters[0]
        else:
            flat = stored.reshape(-1)
            step = parameters[1:][np.arange(flat.size) // 256]
            values = (parameters[0] + flat.astype(np.int8).astype(np.float32) * step).reshape(stored.shape)
        return np.moveaxis(values, 2, 1).reshape(-1, values.shape[1])[:rows]  # [rows, groups]

    def read(self, prefix):
        format = self.config[prefix + ".format"]
        if format == "outliers":
            values = self.read(prefix + ".dense")
            starts, columns = self.tensors[prefix + ".row_starts"], self.tensors[prefix + ".columns"]
            added = self.tensors[prefix + ".values"].astype(np.float32) * self.tensors[prefix + ".values_unit"][0]
            for row in range(values.shape[0]):
                at = slice(starts[row], starts[row + 1])
                values[row, columns[at]] += added[at]
            return values
        if format == "low_rank":
            values = self.read(prefix + ".dense")
            left, right = (self.tensors[prefix + side].astype(np.float32) * self.tensors[prefix + side + "_unit"][0]
                           for side in (".left", ".right"))
            for k in range(left.shape[1]):
                values += left[:, k:k + 1] * right[k:k + 1]
            return values
        if format == "rotated":
            values = self.read(prefix + ".dense")
            negated = np.unpackbits(self.tensors[prefix + ".signs"], bitorder="little")[:values.shape[1]]
            begin = 0
            while begin < values.shape[1]:
                size = 1 << (values.shape[1] - begin).bit_length() - 1
                half = 1
                while half < size:  # pairs that are `half` apart become their sum and difference
                    pairs = values[:, begin:begin + size].reshape(-1, size // (2 * half), 2, half)
                    sums, differences = pairs[:, :, 0] + pairs[:, :, 1], pairs[:, :, 0] - pairs[:, :, 1]
                    values[:, begin:begin + size] = np.stack([sums, differences], 2).reshape(-1, size)
                    half *= 2
                begin += size
            return np.where(negated, -values, values)
        rows, cols = self.config[prefix + ".rows"], self.config[prefix + ".cols"]
        if format == "planes":
            values = np.zeros((rows, cols), np.float32)
            units = self.tensors[prefix + ".units"].reshape(-1, 2)
            for signs, left, right, unit in zip(*(self.tensors[prefix + part] for part in (".signs", ".left", ".right")), units):
                left, right = left.astype(np.float32) * unit[0], right.astype(np.float32) * unit[1]
                magnitudes = np.zeros((rows, cols), np.float32)
                for k in range(left.shape[1]):
                    magnitudes += left[:, k:k + 1] * right[k:k + 1]
                negative = np.unpackbits(signs, axis=-1, bitorder="little")[:, :cols]
                values += np.where(negative, -magnitudes, magnitudes)
            return values
        codes = self.tensors[prefix + ".codes"]
        if format == "pvq":
            dim, pulses = self.config[prefix + ".dim"], self.config[prefix + ".pulses"]
            table = pyramid(dim, pulses)
            vectors = [pyramid_vector(table, dim, pulses, int(n)) for n in np.ascontiguousarray(codes).view("<u8").reshape(-1)]
            levels = np.array(vectors, np.float32).reshape(rows, -1)
            return np.repeat(self.scales(prefix, "half", rows), dim, 1)[:, :cols] * levels[:, :cols]
        if format in ("vq16", "pq"):
            books, dim = self.tensors[prefix + ".codebooks"].astype(np.float32), self.config[prefix + ".dim"]
            vectors = -(-cols // dim)
            if format == "vq16":
                codes = nibbles(rows_first(codes))[:rows, :vectors]
                book = np.arange(rows)[:, None] // self.config[prefix + ".rows_per_codebook"]
            else:
                codes = np.moveaxis(codes, 0, 1).reshape(rows, -1)[:, :vectors]
                book = 0 if self.config[prefix + ".shared"] else np.arange(vectors)[None, :]
            return self.scales(prefix, "half", rows) * books[book, codes].reshape(rows, -1)[:, :cols]
        zero = np.float32(0)
        if format in ("int8", "fp8"):
            levels = codes.astype(np.float32) if format == "int8" else minifloat(4, 3, 7)[codes]
        elif format in ("int4", "int3", "int2", "ternary", "binary"):
            planes = rows_first(codes)[:rows]  # [rows, blocks, planes]
            bits = np.unpackbits(planes[..., None], axis=-1, bitorder="little")  # [rows, blocks, planes, 8]
            levels = sum(bits[:, :, p].astype(np.float32) * 2 ** p for p in range(planes.shape[2])).reshape(rows, -1)
            if format == "ternary":
                levels -= 1
            elif format == "binary":
                levels = 2 * levels - 1
            else:
                zero = np.float32(2 ** (planes.shape[2] - 1))
        elif format == "fp6":
            parts = rows_first(codes)[:rows].astype(int)  # [rows, blocks, 3]
            high = np.stack([parts[..., 0] & 15, parts[..., 0] >> 4, parts[..., 1] & 15, parts[..., 1] >> 4], -1)
            low = np.stack([parts[..., 2] >> 2 * i & 3 for i in range(4)], -1)
            levels = minifloat(3, 2, 3)[high << 2 | low].reshape(rows, -1)
        else:
            levels = (NF4 if format == "nf4" else minifloat(2, 1, 1))[nibbles(rows_first(codes))[:rows]]
        levels = levels[:, :cols]
        group = np.arange(cols) // (self.config[prefix + ".group_size"] or cols)
        if self.config[prefix + ".affine"]:
            zeros = np.moveaxis(self.tensors[prefix + ".zeros"], 2, 1).reshape(-1, group[-1] + 1)[:rows]
            zero = zeros.astype(np.float32)[:, group] / 2 ** (8 - planes.shape[2])
        return self.scales(prefix, self.config[prefix + ".scale_type"], rows)[:, group] * (levels - zero)


weights = Weights(sys.argv[1])
layer = 0
while f"layer{layer}.format" in weights.config:
    found, expected = weights.read(f"layer{layer}"), weights.tensors[f"expected.layer{layer}"]
    assert found.dtype == np.float32 and np.array_equal(found, expected), (layer, found - expected)
    layer += 1
print(layer, "layers")
