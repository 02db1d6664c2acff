"""Writes the golden files of the operations on tensors with PyTorch as the oracle.

    python3 core/src/test/python/make_operations_golden.py

rewrites, under core/src/test/resources/golden/operations:

indices.json  int64 tensors and the text that PyTorch prints for them; the number at the row-major offset i is
              (i * step + first) % size - origin, unless the numbers are given

elements.json arithmetic and operations that move elements: "op", the "inputs" and "arguments" and the "output", each in
              both dtypes, "32" and "64"; or the "error" in PyTorch's words
elements.bin  the arrays: raw little-endian values, every array 8-byte aligned

Each file is {"torch": version, "cases": [one a line]}. Two runs write the same bytes.
"""

import json
import math
from pathlib import Path

import torch

SEED = 20264
TARGET = Path(__file__).resolve().parents[1] / "resources" / "golden" / "operations"


def write(name, cases):
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    path = TARGET / name
    path.write_text(f'{{"torch":"{torch.__version__}","cases":[\n{lines}\n]}}\n', encoding="ascii")
    print(f"{name}: {len(cases)} cases, {path.stat().st_size} bytes")


# ---------------------------------------------------------------------------------------------------------------
# Whole numbers
# ---------------------------------------------------------------------------------------------------------------


def indices():
    for values in [[0], [7], [-1], [0, 0], [3, 10, 0], [-5, 100, 0], [2147483647], [-2147483648, 0], [1, 2, 3, 4]]:
        yield {"shape": [len(values)], "values": values, "text": repr(torch.tensor(values))}
    yield {"shape": [], "values": [42], "text": repr(torch.tensor(42))}
    for shape in [(0,), (0, 3), (2, 0, 4)]:
        yield {"shape": list(shape), "values": [], "text": repr(torch.zeros(shape, dtype=torch.int64))}
    for shape, step, first, size, origin in [
        ((2, 3), 1, 0, 100, 0), ((4, 30), 37, 5, 1000, 0), ((2, 2, 3, 5), 7, 1, 11, 3), ((1, 1, 1), 1, 9, 10, 0),
        ((1001,), 1, 0, 5000, 0), ((3, 7, 60), 13, 2, 99991, 50000), ((40, 40), 1, 0, 7, 0), ((25,), 999, 3, 100003, 0),
        ((7, 1, 200), 101, 0, 100000, 1), ((19,), 1, 95, 2000, 0),
    ]:  # fmt: skip
        numbers = (torch.arange(math.prod(shape)) * step + first) % size - origin
        rule = {"step": step, "first": first, "size": size, "origin": origin}
        yield {"shape": list(shape), "rule": rule, "text": repr(numbers.reshape(shape))}


# ---------------------------------------------------------------------------------------------------------------
# Elements
# ---------------------------------------------------------------------------------------------------------------

INF, NAN = math.inf, math.nan
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.1, INF, -INF, NAN, 3e38, -3e38, 1e-40, 2.5, -7.0, 1e-30]


class Arrays:
    """The bytes of a file of arrays; the same array twice is stored once."""

    def __init__(self):
        self.content = bytearray()
        self.places = {}

    def place(self, tensor):
        raw = tensor.detach().contiguous().numpy().tobytes()
        if raw not in self.places:
            self.places[raw] = len(self.content)
            self.content += raw + bytes(-len(raw) % 8)
        return {"shape": list(tensor.shape), "offset": self.places[raw]}


class Cases:
    """Operations and what PyTorch makes of them, in both dtypes."""

    def __init__(self):
        self.arrays = Arrays()
        self.rows = []

    def add(self, op, inputs, call, *arguments):
        row = {"op": op, "arguments": list(arguments)}
        for bits, dtype in (("32", torch.float32), ("64", torch.float64)):
            given = [tensor.to(dtype) for tensor in inputs]
            row["inputs" + bits] = [self.arrays.place(tensor) for tensor in given]
            try:
                output = call(*given)
            except (RuntimeError, IndexError, ValueError) as error:
                row["error"] = str(error).split("\n")[0]
                break
            row["output" + bits] = self.arrays.place(output)
        self.rows.append(row)

    def write(self, name):
        write(name + ".json", self.rows)
        (TARGET / (name + ".bin")).write_bytes(self.arrays.content)
        print(f"{name}.bin: {len(self.arrays.content)} bytes")


def numbers(shape, generator):
    """Random numbers, in float32 so that both dtypes have the same."""
    return torch.randn(shape, generator=generator)


BROADCASTS = [
    ((2, 3), (2, 3)), ((), ()), ((3,), ()), ((), (2, 2)), ((1,), (1,)), ((1,), (4,)), ((4,), (1,)), ((2, 3), (3,)),
    ((3,), (2, 3)), ((2, 3), (2, 1)), ((2, 1), (2, 3)), ((2, 1), (1, 3)), ((1, 3), (2, 1)), ((2, 3), (1, 1, 1)),
    ((2, 3, 4, 5), (3, 1, 1)), ((3, 1, 1), (2, 3, 4, 5)), ((2, 3, 4, 5), (5,)), ((2, 3, 4, 5), (2, 1, 4, 1)),
    ((2, 1, 4, 1), (1, 3, 1, 5)), ((2, 3, 4, 5), (2, 3, 1, 1)), ((2, 3, 4, 5), (1, 3, 4, 5)), ((4, 5), (2, 3, 4, 5)),
    ((1, 3, 1, 1), (2, 3, 17, 19)), ((2, 1, 3, 1, 2), (3, 1, 2, 1)), ((1, 1, 7), (5, 1, 1)), ((67,), (67,)),
    ((0,), (0,)), ((0,), (1,)), ((2, 0), (1,)), ((2, 0), (2, 1)), ((1, 0), (2, 1)), ((0, 3), (3,)), ((), (0, 2)),
    ((2, 3), (2, 4)), ((2, 3), (2,)), ((2,), (2, 3)), ((3, 3), (2, 3)), ((0,), (2,)), ((2, 0), (3, 1)), ((0, 3), (2, 3)),
    ((2, 3, 4, 5), (4, 1, 1)), ((2, 3, 4), (2, 4, 1)),
]  # fmt: skip
SCALARS = [0.0, -0.0, 1.0, 0.1, -2.5, 3.0, 1e-50, 1e39, 1 / 3, 16777217.0, INF, -INF, NAN]
ARITHMETIC = {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div}


def arithmetic(cases, generator):
    square = torch.tensor(SPECIAL)
    for a, b in BROADCASTS:
        inputs = [numbers(a, generator), numbers(b, generator)]
        for op, function in ARITHMETIC.items():
            cases.add(op, inputs, function)
    for op, function in ARITHMETIC.items():
        cases.add(op, [square.reshape(-1, 1), square], function)
        cases.add(op, [square.repeat(len(SPECIAL)), square.repeat_interleave(len(SPECIAL))], function)
        given = torch.cat([square, numbers((20,), generator)])
        for scalar in SCALARS:
            name = op + "_scalar"
            cases.add(name, [given], lambda x, s=scalar, f=function: f(x, s), java(scalar))
        cases.add(op + "_scalar", [numbers((), generator)], lambda x, f=function: f(x, 2.5), "2.5")
        cases.add(op + "_scalar", [numbers((0, 3), generator)], lambda x, f=function: f(x, 2.5), "2.5")


def java(value):
    """The number as Java's parseDouble reads it."""
    return {INF: "Infinity", -INF: "-Infinity"}.get(value, "NaN" if math.isnan(value) else repr(value))


CATS = [
    (0, (2, 3), (2, 3)), (1, (2, 3), (2, 3)), (-1, (2, 3), (2, 1), (2, 4)), (-2, (2, 3), (1, 3)), (0, (5,), (3,)),
    (1, (2, 3, 4, 5), (2, 1, 4, 5), (2, 2, 4, 5)), (3, (2, 3, 4, 5), (2, 3, 4, 1)), (0, (2, 3)), (0, (0,), (2, 3)),
    (1, (2, 3), (0,), (2, 1)), (0, (0,), (0,)), (1, (2, 0), (2, 3)), (0, (0, 3), (0, 3)), (0, (0, 3), (2, 3)), (0, (0,)),
    (0, (1, 0), (0,)), (2, (1, 2, 3), (1, 2, 5), (1, 2, 1), (1, 2, 2)), (1, (0,), (2, 3)), (0, (0,), (2,), (0,), (3,)),
    (0, ()), (0, (2,), ()), (2, (2, 3), (2, 3)), (-3, (2, 3), (2, 3)), (0, (2, 3), (2, 4)), (1, (2, 3), (3, 3)),
    (0, (2, 3), (2, 3, 1)), (0, (2, 3), (3,)), (0, (2, 3), (2, 3), (2, 5)), (1, (0,)), (0, (0, 3), (2, 4)), (0,),
]  # fmt: skip


def cats(cases, generator):
    for dim, *shapes in CATS:
        inputs = [numbers(shape, generator) for shape in shapes]
        cases.add("cat", inputs, lambda *x, d=dim: torch.cat(x, d), dim)
    cases.add("cat", [torch.tensor(SPECIAL), torch.tensor(SPECIAL)], lambda *x: torch.cat(x), 0)


def reshapes(cases, generator):
    for shape in [(2, 3, 4, 5), (2, 3), (7,), (), (0, 3), (2, 0, 3), (1, 2, 1), (2, 3, 0)]:
        x = numbers(shape, generator)
        for start, end in [(0, -1), (1, -1), (1, 2), (0, 0), (-2, -1), (2, 1), (0, 4), (-5, -1), (-1, 0), (3, 3)]:
            cases.add("flatten", [x], lambda t, s=start, e=end: torch.flatten(t, s, e), start, end)
    for shape in [(1, 2, 1, 3), (1,), (), (2, 3), (1, 0, 1), (1, 1)]:
        x = numbers(shape, generator)
        cases.add("squeeze_all", [x], torch.squeeze)
        for dim in (-5, -4, -2, -1, 0, 1, 2, 3, 4):
            cases.add("squeeze", [x], lambda t, d=dim: torch.squeeze(t, d), dim)
            cases.add("unsqueeze", [x], lambda t, d=dim: torch.unsqueeze(t, d), dim)


def elements(cases):
    generator = torch.Generator().manual_seed(SEED)
    arithmetic(cases, generator)
    cats(cases, generator)
    reshapes(cases, generator)


def main():
    torch.set_num_threads(1)
    TARGET.mkdir(parents=True, exist_ok=True)
    write("indices.json", list(indices()))
    cases = Cases()
    elements(cases)
    cases.write("elements")


if __name__ == "__main__":
    main()
