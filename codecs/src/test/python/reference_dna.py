"""An independent writer of docs/formats/dna.md: reference_dna.py FILE prints its armour; it made src/test/resources/golden/dna."""

import sys
from functools import lru_cache

LENGTH, WIDTH, PARITY = 150, 8, (0, 25, 50, 75, 100, 125, 149)


@lru_cache(None)
def completions(position, balance, last, run):
    """Ways to fill the positions from here on; 'run' is the longest run that may end before position."""
    if position == LENGTH:
        return 1
    if position in PARITY:
        return completions(position + 1, balance, last, run + 1) if run < 3 else 0
    return sum(completions(position + 1, *then) for then in steps(position, balance, last, run).values())


def steps(position, balance, last, run):
    found = {}
    for base in "ACGT":
        b = balance + (1 if base in "CG" else -1)
        r = run + 1 if base == last else 2 if position - 1 in PARITY else 1
        if 0 <= b <= WIDTH and r <= 3:
            found[base] = (b, base, r)
    return found


def enumerate_strand(number):
    state, bases = (WIDTH // 2, None, 0), []
    for position in range(LENGTH):
        if position in PARITY:
            bases.append("A")
            state = (state[0], state[1], state[2] + 1)
            continue
        for base, then in steps(position, *state).items():
            count = completions(position + 1, *then)
            if number < count:
                bases.append(base)
                state = then
                break
            number -= count
    return bases


EXP = [1]  # powers of x in GF(16) = GF(2)[x] / (x^4 + x + 1)
while len(EXP) < 15:
    EXP.append(EXP[-1] << 1 if EXP[-1] < 8 else (EXP[-1] << 1) ^ 19)
LOG = {value: i for i, value in enumerate(EXP)}
GF4 = {"A": 0, "C": 1, "G": EXP[5], "T": EXP[10]}


def times(a, b):
    return EXP[(LOG[a] + LOG[b]) % 15] if a and b else 0


def norm(a):
    return EXP[5 * LOG[a] % 15] if a else 0


def syndrome(bases):
    sums = [0] * 5
    for i, base in enumerate(bases):
        u, v = i // 16, i % 16
        for k, coordinate in enumerate((1, u, norm(u), v, norm(v))):
            sums[k] ^= times(GF4[base], coordinate)
    return sums


def fill_parity(bases):
    """Meets in the middle: all settings of the first four parity bases against all of the last three."""
    def settings(positions):
        for n in range(4 ** len(positions)):
            yield ["ACGT"[n >> 2 * k & 3] for k in range(len(positions))]

    def shares(positions):
        for chosen in settings(positions):
            strand = ["A"] * LENGTH
            for position, base in zip(positions, chosen):
                strand[position] = base
            yield tuple(syndrome(strand)), chosen

    tail = dict(shares(PARITY[4:]))
    target = syndrome(bases)
    for share, chosen in shares(PARITY[:4]):
        rest = tail.get(tuple(a ^ b for a, b in zip(share, target)))
        if rest:
            for position, base in zip(PARITY, chosen + rest):
                bases[position] = base
            return bases
    raise ValueError("no parity found")


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def armour(data):
    framed = data + crc32c(data).to_bytes(4, "big") + b"\1"
    framed += bytes(-len(framed) % 31)
    count = len(framed) // 31
    for i in range(count):
        number = (i << 1 | (i == count - 1)) << 248 | int.from_bytes(framed[31 * i : 31 * i + 31], "big")
        strand = "".join(fill_parity(enumerate_strand(number)))
        check(strand)
        yield strand


def check(strand):
    assert all(base * 4 not in strand for base in "ACGT")
    assert all(20 <= sum(b in "GC" for b in strand[i : i + 50]) <= 30 for i in range(101))
    assert not any(syndrome(strand))


if __name__ == "__main__":
    sys.setrecursionlimit(10_000)
    with open(sys.argv[1], "rb") as source:
        for index, strand in enumerate(armour(source.read())):
            print(f">segment-{index}\n{strand}")
