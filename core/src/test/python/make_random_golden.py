"""Writes the golden files of the random generators with PyTorch and NumPy as the oracles.

    python3 core/src/test/python/make_random_golden.py

rewrites core/src/test/resources/golden/random/random.json. "torch" and "numpy" hold scenarios: a seed, and calls made
one after the other on the generator so seeded, for what one call leaves to the next. Each call has its numbers: as raw
little-endian bytes in hexadecimal if there are few, and the SHA-256 of these bytes always. "layers" holds freshly built
nn.Conv2d layers: the seed, the constructor's arguments, and the SHA-256 of weight and bias.

The bits of PyTorch's normal and uniform numbers are those of CPUs with AVX2 or AVX-512; with ATEN_CPU_CAPABILITY=default
some differ in the last place.
"""

import hashlib
import json
import pathlib
import platform

import numpy as np
import torch

TARGET = pathlib.Path(__file__).resolve().parents[1] / "resources" / "golden" / "random" / "random.json"
SEEDS = [0, 1, 42, 2**31, 2**32 + 5, -1, 2**63 - 1, 123456789012345]
SIZES = [0, 1, 2, 15, 16, 17, 31, 32, 33, 100, 1000]
FEW = 40

LAYERS = [
    dict(in_channels=6, out_channels=4, kernel_size=[2, 2], groups=2, bias=True),
    dict(in_channels=3, out_channels=64, kernel_size=[7, 7], groups=1, bias=False),
    dict(in_channels=64, out_channels=64, kernel_size=[3, 3], groups=1, bias=True),
    dict(in_channels=16, out_channels=32, kernel_size=[1, 1], groups=1, bias=True),
    dict(in_channels=12, out_channels=24, kernel_size=[5, 3], groups=12, bias=True),
    dict(in_channels=1, out_channels=1, kernel_size=[1, 1], groups=1, bias=True),
    dict(in_channels=17, out_channels=19, kernel_size=[1, 7], groups=1, bias=True),
]


def answer(values):
    raw = np.ascontiguousarray(values).astype(values.dtype.newbyteorder("<")).tobytes()
    result = {"sha256": hashlib.sha256(raw).hexdigest()}
    if values.size <= FEW:
        result["hex"] = raw.hex()
    return result


def torch_call(call):
    kind, dtype, n, *bounds = call
    dtype = getattr(torch, dtype)
    if kind == "rand":
        return torch.rand(n, dtype=dtype)
    if kind == "randn":
        return torch.randn(n, dtype=dtype)
    return torch.empty(n, dtype=dtype).uniform_(*bounds)


def numpy_call(call):
    kind, dtype, n, *bounds = call
    if kind == "rand":
        values = np.random.rand(n)
    elif kind == "randn":
        values = np.random.randn(n)
    else:
        values = np.random.uniform(*bounds, n)
    return values.astype(dtype)


def scenario(seed, calls, run):
    rows = []
    for call in calls:
        kind, dtype, n, *bounds = call
        row = {"call": kind, "dtype": dtype, "n": n}
        if bounds:
            row["low"], row["high"] = bounds
        rows.append(row | answer(np.asarray(run(call))))
    return {"seed": seed, "calls": rows}


def all_sizes(dtypes):
    for dtype in dtypes:
        for kind in ("rand", "randn", "uniform"):
            bounds = (-0.3, 0.7) if kind == "uniform" else ()
            yield [(kind, dtype, n, *bounds) for n in SIZES]


def mixtures():
    """One call leaves something to the next: a second normal number is kept, others are not."""
    yield [("randn", "float32", 1), ("rand", "float32", 3), ("randn", "float32", 1), ("randn", "float32", 2)]
    yield [("randn", "float64", 3), ("randn", "float32", 16), ("randn", "float64", 1), ("rand", "float64", 2)]
    yield [("randn", "float32", 5), ("randn", "float64", 5), ("randn", "float32", 15), ("uniform", "float32", 7, -2, 5)]
    # Bounds so close that rounding reaches the excluded one, which then becomes the other.
    yield [("uniform", "float32", 200, 2.55453097, 2.55453098), ("uniform", "float64", 200, 1, 1 + 2**-51)]
    yield [("rand", "float32", 1)] * 5 + [("randn", "float32", 17), ("randn", "float32", 1), ("rand", "float64", 1)]


def long_ones():
    for dtype in ("float32", "float64"):
        yield [("rand", dtype, 200000), ("uniform", dtype, 200000, -0.19245, 0.17), ("randn", dtype, 200001)]
        yield [("randn", dtype, 13)] * 200


def scenarios(seeds, seed_with, run):
    rows = []
    plans = [*all_sizes(("float32", "float64")), *mixtures()]
    for seed in seeds:
        for calls in plans:
            seed_with(seed)
            rows.append(scenario(seed, calls, run))
    for calls in long_ones():
        seed_with(7)
        rows.append(scenario(7, calls, run))
    return rows


def layers():
    rows = []
    for dtype in (torch.float32, torch.float64):
        for seed, arguments in enumerate(LAYERS):
            torch.manual_seed(seed)
            layer = torch.nn.Conv2d(**arguments, dtype=dtype)
            row = {"seed": seed, "dtype": str(dtype).removeprefix("torch.")} | arguments
            row["weight"] = answer(layer.weight.detach().numpy())["sha256"]
            row["bias_values"] = answer(layer.bias.detach().numpy())["sha256"] if layer.bias is not None else None
            rows.append(row)
    return rows


def lines(rows):
    return ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)


def main():
    torch.set_num_threads(1)
    sections = {
        "torch": scenarios(SEEDS, torch.manual_seed, torch_call),
        "numpy": scenarios([s for s in SEEDS if 0 <= s < 2**32], np.random.seed, numpy_call),
        "layers": layers(),
    }
    head = {
        "torch_version": torch.__version__,
        "numpy_version": np.__version__,
        "python_version": platform.python_version(),
        "cpu": torch.backends.cpu.get_cpu_capability(),
    }
    text = json.dumps(head)[:-1]
    for name, rows in sections.items():
        text += f',\n"{name}": [\n{lines(rows)}\n]'
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(text + "}\n")


if __name__ == "__main__":
    main()
