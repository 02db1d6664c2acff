"""Writes the golden files of Tensor with PyTorch as the oracle.

    python3 core/src/test/python/make_tensor_golden.py

rewrites, under core/src/test/resources/golden/tensor:

strings.json  tensors and the text that PyTorch prints for them
shapes.json   pad, narrow, slice, reshape and arange: arguments and result, or null where PyTorch refuses them
close.json    pairs of numbers and whether torch.testing.assert_close passes them

Each file is {"torch": version, "numpy": version, "cases": [one a line]}. A tensor's values are either "values", decimal texts that
round-trip (nan and infinities as Java spells them), or the rule "count": the element at the row-major offset i is
(i - origin) / scale, in the dtype of the tensor. Two runs write the same bytes, on any x86 CPU with fused multiply-add:
without, arange of fractions rounds once more.
"""

import json
import math
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

SEED = 20240611
TARGET = Path(__file__).resolve().parents[1] / "resources" / "golden" / "tensor"
DTYPES = {"float32": torch.float32, "float64": torch.float64}
INF, NAN = math.inf, math.nan


def text_of(value):
    """The shortest decimal text that gives back this number, as Java's parseDouble reads it."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return repr(value)


def texts(tensor):
    return [text_of(value) for value in tensor.flatten().tolist()]


def write(name, cases):
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    path = TARGET / name
    versions = f'"torch":"{torch.__version__}","numpy":"{np.__version__}"'
    path.write_text(f'{{{versions},"cases":[\n{lines}\n]}}\n', encoding="ascii")
    print(f"{name}: {len(cases)} cases, {path.stat().st_size} bytes")


# ---------------------------------------------------------------------------------------------------------------
# Texts
# ---------------------------------------------------------------------------------------------------------------


def valued(dtype, shape, values):
    tensor = torch.tensor(values, dtype=DTYPES[dtype]).reshape(shape)
    return {"dtype": dtype, "shape": list(shape), "values": texts(tensor), "text": repr(tensor)}


def counted(dtype, shape, origin, scale):
    tensor = (torch.arange(math.prod(shape), dtype=DTYPES[dtype]) - origin).div(scale).reshape(shape)
    return {"dtype": dtype, "shape": list(shape), "count": {"origin": origin, "scale": scale}, "text": repr(tensor)}


# What a rule of the notation turns on.
LISTS = [
    [3.14], [0], [-0.0], [1], [-1], [NAN], [INF], [-INF], [1e10], [-1e-10],
    [0, 0, 0], [-0.0, 0], [0, NAN, -INF], [NAN, NAN], [1, -0.0], [1.5, -0.0, 0], [1e9, -0.0, 0],
    [1, NAN, -INF, INF], [1.5, NAN, -INF], [1e-5, NAN, -INF], [-1, NAN], [-123456, NAN, 5000], [12, -INF],
    # the span: 1000 is within, anything more is not
    [1, 1000], [1, 1001], [-1, 1000.5], [1, 999.5], [0.001, 1], [0.0009765625, 1], [0.25, 250], [0.25, 250.25],
    [0.1, 100], [0.3, 300], [0.7, 700], [1e-4, 0.1], [3, -3000], [3, -3001, 0],
    # the largest: 1e8 is within
    [1e8], [100000008], [99999999], [-1e8, 1e7], [123456789], [1e8 + 0.5], [2.0**53], [2.0**53, 2.0**44],
    # the smallest: the double 1e-4 is within, the float32 nearest to it is less
    [1e-4], [0.00010000001], [9.9999e-5], [-1e-4, 0.05], [1.00005e-4, 5e-2],
    # ties, of which the exact binary value decides
    [0.03125, 0.09375, 0.15625], [0.00015, 0.00025, 0.00035], [2.00005, 2.00015, 2.00025], [0.5, 1.5, 2.5],
    [100005, 1], [100015, 1], [100025, 3], [1000050000, 1], [65536.5, 1], [99999.5, 0.5], [999995, 1], [9999949, 1],
    [0.99995, 0.99994999], [9.99995, 99.99995], [999.99995, 1], [0.00099995, 0.9], [0.0001220703125, 0.1],
    # ends of the range
    [3.4028234663852886e38, 1.401298464324817e-45], [1.1754943508222875e-38], [3.4028234663852886e38, -1],
    [1.401298464324817e-45, 0], [-3.4028234663852886e38, INF],
]  # fmt: skip
DOUBLES = [
    [1.7976931348623157e308, -5e-324], [5e-324], [2.2250738585072014e-308, 0], [1e100, 1e99], [-1e-100, 1e-99, NAN],
    [0.1 + 0.2], [1e16], [1 + 1e-12, 2], [1e-4, 0.1], [1 / 3, 2 / 3], [1.00005, 1.00015, 1.00025], [1e8, 1e5 + 0.1],
    [1e8 + 2e-8],
]  # fmt: skip
# In full up to 1000 elements; the rest in brief, where a dimension of six is still whole.
COUNTED_SHAPES = [
    (1000,), (1001,), (999,), (5000,), (10, 100), (10, 101), (7, 143), (6, 167), (6, 200), (5, 201), (2, 600), (600, 2),
    (1001, 1), (1, 1001), (10, 10, 10), (10, 10, 11), (7, 7, 21), (2, 3, 4, 50), (1, 1, 1, 1002), (300, 1, 1, 4),
    (2, 2, 251), (3, 7, 6, 10), (8, 1, 8, 1, 17), (1024, 1024), (3, 224, 224), (64, 1, 7, 7), (10_000_000,),
    (1, 7, 1, 2, 1, 100),
]  # fmt: skip
EMPTY_SHAPES = [(0,), (0, 3), (2, 0), (1, 0, 5), (0, 0, 0, 0), (70000, 0, 70000), (0, 1, 2, 3, 4, 5, 6, 7, 8)]
EMPTY_SHAPES += [(0,) + (10,) * n for n in range(7, 18)]
SHAPES = [
    (), (1,), (2,), (3,), (5,), (6,), (7,), (8,), (9,), (12,), (13,), (24,), (1, 1), (2, 3), (3, 2), (4, 9), (2, 13),
    (1, 7), (7, 1), (2, 2, 3), (3, 1, 2), (1, 1, 1), (2, 1, 11), (1, 2, 2, 2), (2, 2, 1, 3), (1, 1, 1, 1, 2),
    (2, 1, 2, 1, 2), (1, 1, 1, 1, 1, 1),
]  # fmt: skip


def magnitudes(kind, n, rng):
    """Random numbers of one of the kinds among which the notation chooses."""
    if kind == "normal":
        return rng.normal(size=n)
    if kind == "digits":
        return rng.integers(-10, 10, size=n).astype(float)
    if kind == "integers":
        return np.trunc(rng.normal(size=n) * 10.0 ** rng.integers(0, 10))
    if kind == "scaled":
        return rng.normal(size=n) * 10.0 ** rng.integers(-6, 10)
    if kind == "wide":
        return rng.normal(size=n) * 10.0 ** rng.integers(-30, 30, size=n)
    if kind == "ties":
        return rng.integers(-1000, 1000, size=n) / 32
    return rng.uniform(1, 1e3, size=n) * 10.0 ** rng.integers(-4, 5)  # "span": near a factor of 1000


def strings():
    rng = np.random.default_rng(SEED)
    for values in LISTS:
        for dtype in DTYPES:
            yield valued(dtype, (len(values),), values)
    for values in DOUBLES:
        yield valued("float64", (len(values),), values)
    for value in (3.14, 0.0, -0.0, -2, 1e-5, 1e9, 0.1 + 0.2, NAN, INF, -INF, 123456.789):
        for dtype in DTYPES:
            yield valued(dtype, (), [value])
    for shape in EMPTY_SHAPES:
        for dtype in DTYPES:
            yield valued(dtype, shape, [])
    for number, shape in enumerate(COUNTED_SHAPES):
        for dtype in DTYPES:
            for origin, scale in ((0, 1), (math.prod(shape) // 2, 7), (2, 1e-5))[: 3 if number < 20 else 2]:
                # A thousand elements in full are 10 kB of text: once is enough.
                if not 999 <= math.prod(shape) <= 1000 or (origin, dtype) == (0, "float32"):
                    yield counted(dtype, shape, origin, scale)
    # Every length of a last line with a dtype to follow, up to and beyond the place where it needs a line of its own.
    for n in range(1, 21):
        yield valued("float64", (n,), list(range(n)))
        yield valued("float64", (1, 1, n), [0.5 * i for i in range(n)])
    for kind in ("normal", "digits", "integers", "scaled", "wide", "ties", "span"):
        for number, shape in enumerate(SHAPES):
            values = magnitudes(kind, math.prod(shape), rng)
            with np.errstate(over="ignore"):
                values = values.astype(np.float32) if number % 2 == 0 else values
            if number % 3 == 2:
                values[rng.integers(len(values))] = rng.choice([NAN, INF, -INF, 0.0, -0.0])
            yield valued("float64" if number % 2 else "float32", shape, values.tolist())


# ---------------------------------------------------------------------------------------------------------------
# Shapes
# ---------------------------------------------------------------------------------------------------------------


def attempt(case, call):
    """The case with what the call returns: shape and values, or null for an error."""
    try:
        result = call()
    except (RuntimeError, IndexError, ValueError):
        return case | {"result": None}
    return case | {"result": {"shape": list(result.shape), "values": texts(result)}}


def counting(dtype, shape):
    return torch.arange(math.prod(shape), dtype=DTYPES[dtype]).reshape(shape) + 1


PADS = [  # left, right, top, bottom
    (0, 0, 0, 0), (1, 2, 0, 3), (2, 1, 1, 0), (0, 0, 1, 1), (3, 3, 2, 2), (-1, 0, 0, -2), (-1, -1, -1, -1),
    (-1, 2, 1, -1), (2, -1, -1, 1), (2, -2, 0, 0), (-2, 1, 1, 1), (3, -1, 0, 0), (0, -4, 0, 0), (1, 1, -3, 0),
    (0, 4, 3, 0), (4, 0, 0, 3), (5, 0, 0, 0), (0, 5, 0, 0), (0, 0, 0, 4), (0, 0, 4, 0), (-2, -3, 0, 0),
    (0, 0, -2, -2), (2, -3, 0, 0), (-3, 2, 0, 0), (0, 0, 2, -2), (-2147483648, 0, 0, 0),
]  # fmt: skip


def pad(mode, dtype, shape, amounts):
    tensor = counting(dtype, shape)
    # PyTorch pads any rank with a constant, but wants rank 3 or 4 for the other modes.
    lifted = tensor[None] if len(shape) == 2 and mode != "constant" else tensor
    case = {"op": "pad", "mode": "zeros" if mode == "constant" else mode, "dtype": dtype, "shape": list(shape)}
    case |= {"arguments": list(amounts)}
    result = attempt(case, lambda: F.pad(lifted, amounts, mode=mode))
    if lifted is not tensor and result["result"]:
        result["result"]["shape"] = result["result"]["shape"][1:]
    return result


def defined(mode, shape, amounts):
    """False for a wrap round less than it needs: PyTorch reads memory there that it has not yet written."""
    left, right, top, bottom = amounts
    sides = ((shape[-1], left, right), (shape[-2], top, bottom))
    return mode != "circular" or all(max(l, r) <= side + min(l, 0) + min(r, 0) for side, l, r in sides)


def pads():
    for mode in ("constant", "reflect", "replicate", "circular"):
        for number, amounts in enumerate(PADS):
            for shape in ((3, 4), (2, 3, 4), (2, 1, 3, 4)):
                # Two-element batches of every amount in both dtypes would say the same at four times the size.
                if len(shape) == 3 or number % 3 == 0:
                    if defined(mode, shape, amounts) or max(amounts) > 3:
                        yield pad(mode, "float64" if number % 2 else "float32", shape, amounts)
    yield pad("constant", "float32", (2, 0), (1, 1, 1, 0))
    yield pad("constant", "float32", (0, 2, 2), (1, 1, 1, 0))
    yield pad("constant", "float64", (1, 2, 1, 2, 2), (1, 0, 0, 1))
    yield pad("reflect", "float32", (1, 1, 1), (0, 0, 0, 0))
    yield pad("reflect", "float32", (1, 1, 1), (1, 0, 0, 0))
    yield pad("replicate", "float32", (1, 1, 1), (3, 2, 1, 0))
    yield pad("circular", "float32", (1, 1, 1), (1, 1, 1, 1))
    yield pad("replicate", "float32", (1, 0, 2), (0, 0, 1, 0))


def narrow(shape, dim, start, length):
    case = {"op": "narrow", "dtype": "float32", "shape": list(shape), "arguments": [dim, start, length]}
    return attempt(case, lambda: counting("float32", shape).narrow(dim, start, length))


def narrows():
    for start in range(-6, 7):
        for length in (-1, 0, 1, 3, 5, 6):
            yield narrow((5,), 0, start, length)
    for dim in range(-4, 4):
        yield narrow((2, 3, 4), dim, 1, 1)
        yield narrow((2, 3, 4), dim, -2, 2)
    yield narrow((5,), 0, 2147483647, 1)
    yield narrow((5,), 0, 1, 2147483647)
    yield narrow((5,), 0, -2147483648, 1)
    yield narrow((0, 3), 0, 0, 0)
    yield narrow((0, 3), 1, 1, 2)
    yield narrow((), 0, 0, 1)


def cut(shape, dim, start, end, step):
    case = {"op": "slice", "dtype": "float64", "shape": list(shape), "arguments": [dim, start, end, step]}
    index = (slice(None),) * (dim % len(shape)) + (slice(start, end, step),)
    return attempt(case, lambda: counting("float64", shape)[index])


def slices():
    low, high = -2147483648, 2147483647
    for start in (low, -6, -5, -3, -1, 0, 1, 4, 5, 9, high):
        for end in (low, -5, -2, 0, 2, 5, 6, high):
            yield cut((5,), 0, start, end, 1)
        for step in (2, 3, 5, high):
            yield cut((5,), 0, start, high, step)
    for dim in (0, 1, 2, -1, -2, -3):
        yield cut((4, 3, 5), dim, 1, -1, 2)
        yield cut((4, 3, 5), dim, -3, high, 2)
    yield cut((5,), 0, 0, 5, 0)
    yield cut((5,), 0, 0, 5, -1)
    yield cut((3, 0, 2), 2, 0, 1, 1)
    yield cut((3, 0, 2), 1, -1, 1, 1)


def reshapes():
    for shape, sizes in [
        ((2, 3, 4), (6, 4)), ((2, 3, 4), (-1,)), ((2, 3, 4), (4, -1)), ((2, 3, 4), (2, -1, 2)), ((2, 3, 4), (24, -1)),
        ((2, 3, 4), (5, -1)), ((2, 3, 4), (-1, -1)), ((2, 3, 4), (-2, -12)), ((2, 3, 4), (23,)), ((2, 3, 4), ()),
        ((1,), ()), ((), (1, 1)), ((), (-1,)), ((0, 3), (3, 0)), ((0, 3), (-1,)), ((0, 3), (0, -1)), ((0, 3), (-1, 2)),
        ((0, 3), ()), ((0,), (65536, 65536, 0)), ((0,), (0, 65536, 65536)), ((0,), (-1, 65536, 65536)),
        ((2, 3), (65536, 65536)), ((2, 3), (65536, 65536, -1)), ((2, 3), (0, -1)), ((2, 3), (0,)),
        ((1,), (65536, 65536, 1, -1)), ((2, 3), (-1, 2147483647)),
    ]:  # fmt: skip
        case = {"op": "reshape", "dtype": "float32", "shape": list(shape), "arguments": list(sizes)}
        yield attempt(case, lambda shape=shape, sizes=sizes: counting("float32", shape).reshape(sizes))


def arange(start, end, step):
    case = {"op": "arange", "arguments": [text_of(float(value)) for value in (start, end, step)]}
    return attempt(case, lambda: torch.arange(start, end, step, dtype=torch.float32))


def aranges():
    rng = np.random.default_rng(SEED)
    for bounds in [
        (0, 5, 1), (0, 4.5, 1), (0, 0, 1), (5, 5, -1), (5, 0, -1), (5, 0, -2), (-3, 3, 2), (0, 1, 0.1), (0, 1, 1 / 3),
        (1, 2, 0.25), (0, 0.3, 0.1), (0, 0.1, 0.3), (-1, 1, 0.1), (-0.3, 0.5, 0.1), (-1.2, 0.3, 0.1), (-4.2, 3, 0.7),
        (1, -1, -0.1), (0, 10, 0.3), (1e-3, 0.05, 0.0017), (16777210, 16777225, 1), (0, 1e20, 1e19), (-0.0, 2, 1),
        (0, 1e-40, 1e-41), (1e39, 3e39, 1e39), (0, 5, 0), (0, 5, -1), (5, 0, 1), (0, -0.5, 1), (0, INF, 1), (NAN, 5, 1),
        (0, NAN, 1), (0, 5, NAN), (-INF, 0, 1), (0, 16, 1.1), (0, 15, 1.1), (0, 17.5, 1.1), (0, 35, 1.1),
    ]:  # fmt: skip
        yield arange(*bounds)
    for _ in range(40):
        start, step = rng.normal(size=2) * 10.0 ** rng.integers(-3, 4, size=2)
        yield arange(start, start + step * rng.integers(1, 70), step)


def shapes():
    yield from pads()
    yield from narrows()
    yield from slices()
    yield from reshapes()
    yield from aranges()


# ---------------------------------------------------------------------------------------------------------------
# Closeness
# ---------------------------------------------------------------------------------------------------------------

PAIRS = [
    (1, 1), (0, -0.0), (NAN, NAN), (NAN, 1), (1, NAN), (INF, INF), (-INF, -INF), (INF, -INF), (-INF, INF), (INF, 1),
    (1, INF), (INF, 3e38), (3e38, INF), (3e38, -3e38), (-3e38, 3e38), (3e38, 2.9999e38), (0, 1e-45), (1e-45, 0),
    (0, 1e-5), (1e-5, 0), (0, 1.0000001e-5), (1.0000001e-5, 0), (1e-7, 0), (1.0000001e-7, 0), (1, 1 + 1e-6), (0, 1),
]  # fmt: skip
TOLERANCES = [
    (None, None), (0, 0), (0, 0.1), (0.1, 0), (1e-3, 1e-4), (1, 1), (1e-50, 1e-50), (0, INF), (INF, 0), (1e-5, 1e39),
    (1e39, 1e-5),
]  # fmt: skip


def borders(dtype, rtol, atol, n, rng):
    """Pairs whose difference is within a few units in the last place of what is allowed."""
    number = np.dtype(dtype).type
    for _ in range(n):
        expected = number(rng.normal() * 10.0 ** rng.integers(-8, 8))
        allowed = (atol + rtol * abs(float(expected))) * rng.choice([-1, 1])
        actual = number(float(expected) + allowed)
        for _ in range(rng.integers(3)):
            actual = np.nextafter(actual, number(rng.choice([-1, 1]) * INF))
        yield float(actual), float(expected)


def passes(actual, expected, dtype, tolerances):
    actual, expected = (torch.tensor(value, dtype=DTYPES[dtype]) for value in (actual, expected))
    try:
        torch.testing.assert_close(actual, expected, **tolerances)
    except AssertionError:
        return False
    return True


def close():
    rng = np.random.default_rng(SEED)
    defaults = {"float32": (1.3e-6, 1e-5), "float64": (1e-7, 1e-7)}
    for dtype in DTYPES:
        for rtol, atol in TOLERANCES:
            given = {} if rtol is None else {"rtol": rtol, "atol": atol}
            pairs = [[torch.tensor(v, dtype=DTYPES[dtype]).item() for v in pair] for pair in PAIRS]
            r, a = defaults[dtype] if rtol is None else (rtol, atol)
            if 0 < r + a < 10:
                pairs += borders(dtype, r, a, 150 if rtol is None else 40, rng)
            yield {
                "dtype": dtype,
                "tolerances": {name: text_of(float(value)) for name, value in given.items()},
                "actual": [text_of(pair[0]) for pair in pairs],
                "expected": [text_of(pair[1]) for pair in pairs],
                "close": [passes(*pair, dtype, given) for pair in pairs],
            }


def main():
    # arange works in blocks of its own for each thread, and rounds by the block.
    torch.set_num_threads(1)
    TARGET.mkdir(parents=True, exist_ok=True)
    write("strings.json", list(strings()))
    write("shapes.json", list(shapes()))
    write("close.json", list(close()))


if __name__ == "__main__":
    main()
