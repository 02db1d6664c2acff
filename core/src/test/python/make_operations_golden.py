"""Writes the golden files of the operations on tensors with PyTorch as the oracle.

    python3 core/src/test/python/make_operations_golden.py

rewrites, under core/src/test/resources/golden/operations:

indices.json  int64 tensors and the text that PyTorch prints for them; the number at the row-major offset i is
              (i * step + first) % size - origin, unless the numbers are given

elements.json arithmetic and operations that move elements: "op", the "inputs" and "arguments" and the "output", each in
              both dtypes, "32" and "64"; or the "error" in PyTorch's words
accuracy.json the errors of float32 products
close.json    products and reductions, in the same form
chosen.json   operations that return the "indices" of their output besides
*.bin         the arrays of each: raw little-endian values, every array 8-byte aligned

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


def moves(cases, generator):
    for shape, orders in [
        ((), [()]), ((5,), [(0,), (-1,)]), ((2, 3), [(0, 1), (1, 0), (-1, -2), (1, -2)]), ((0, 3), [(1, 0)]),
        ((1, 4, 1), [(2, 1, 0), (1, 0, 2)]), ((2, 3, 4), [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]),
        ((2, 3, 4, 5), [(0, 2, 3, 1), (0, 3, 1, 2), (3, 2, 1, 0), (2, 3, 0, 1), (0, 1, 3, 2), (1, 0, 3, 2), (-3, 0, -1, 2)]),
        ((2, 1, 3, 2, 2), [(4, 1, 0, 3, 2), (2, 4, 0, 1, 3)]), ((3, 37), [(1, 0)]), ((70, 33), [(1, 0)]),
        ((2, 3), [(0,), (0, 1, 2), (0, 0), (0, 2), (-3, 0), (1, -1)]), ((), [(0,)]),
    ]:  # fmt: skip
        x = numbers(shape, generator)
        for order in orders:
            cases.add("permute", [x], lambda t, o=order: t.permute(o), *order)
    for shape, pairs in [
        ((), [(0, 0), (0, -1), (0, 1)]), ((3,), [(0, 0), (0, 1)]), ((2, 3), [(0, 1), (1, 0), (-1, 0), (1, 1), (0, 2), (-3, 0)]),
        ((2, 3, 4, 5), [(1, 2), (0, 3), (-1, -2), (2, 2), (0, 2)]), ((2, 0, 3), [(0, 2), (1, 2)]),
    ]:  # fmt: skip
        x = numbers(shape, generator)
        for a, b in pairs:
            cases.add("transpose", [x], lambda t, a=a, b=b: t.transpose(a, b), a, b)
    for dim, *shapes in [
        (0, (2, 3), (2, 3)), (1, (2, 3), (2, 3), (2, 3)), (2, (2, 3), (2, 3)), (-1, (2, 3), (2, 3)), (-3, (2, 3), (2, 3)),
        (0, ()), (0, (), ()), (-1, (), ()), (0, (0, 2), (0, 2)), (1, (2,)), (3, (2, 3), (2, 3)), (-4, (2, 3), (2, 3)),
        (0, (2, 3), (2, 4)), (0, (2, 3), (2, 3), (3,)), (0,), (1, (), ()),
    ]:  # fmt: skip
        inputs = [numbers(shape, generator) for shape in shapes]
        cases.add("stack", inputs, lambda *x, d=dim: torch.stack(x, d), dim)


# ---------------------------------------------------------------------------------------------------------------
# Products and reductions
# ---------------------------------------------------------------------------------------------------------------

PRODUCTS = [
    ((3,), (3,)), ((1,), (1,)), ((0,), (0,)), ((200,), (200,)), ((2, 3), (3,)), ((3,), (3, 4)), ((2, 3), (3, 4)),
    ((1, 3), (3, 1)), ((2, 0), (0, 3)), ((0, 2), (2, 3)), ((2, 3), (3, 0)), ((5, 17), (17, 19)), ((17, 161), (161, 23)),
    ((1, 90), (90, 40)), ((90,), (90, 40)), ((33, 65), (65, 1)), ((33, 65), (65,)), ((131, 40), (40, 50)),
    ((2, 3, 4), (4, 5)), ((2, 3, 4), (2, 4, 5)), ((3, 4), (2, 4, 5)), ((2, 3, 4), (4,)), ((4,), (2, 4, 5)),
    ((2, 1, 3, 4), (5, 4, 2)), ((1, 3, 4), (2, 4, 5)), ((2, 3, 4), (1, 4, 5)), ((2, 3, 3, 4), (2, 3, 4, 5)),
    ((2, 1, 3, 4), (1, 3, 4, 5)), ((5, 2, 16, 30), (2, 30, 18)), ((2, 3, 20, 16), (16, 24)), ((0, 3, 4), (0, 4, 5)),
    ((0, 3, 4), (4, 5)), ((2, 3, 0), (2, 0, 5)), ((3,), (2, 3, 1)), ((2, 1, 3), (3,)), ((4,), (0, 4, 5)),
    ((7, 81), (81, 2)), ((3, 480), (480, 37)),
    ((), (3,)), ((3,), ()), ((), ()), ((3,), (4,)), ((2, 3), (4,)), ((2,), (3, 4)), ((2, 3), (4, 5)), ((3, 2, 4), (2, 4, 5)),
    ((2, 3, 4), (2, 5, 6)), ((2, 3, 4), (5, 6)), ((2, 3), (3, 4, 5)), ((2, 3, 4), (5,)),
]  # fmt: skip


def products(cases, generator):
    for a, b in PRODUCTS:
        x, z = numbers(a, generator), numbers(b, generator)
        if a and a[-1] > 100:
            # Eighths, whose sums no order rounds: accuracy.json is about rounding.
            x, z = (x * 8).round() / 8, (z * 8).round() / 8
        cases.add("matmul", [x, z], torch.matmul)
    special = torch.tensor([[1.0, INF, 2.0], [NAN, 1.0, 0.0], [0.0, -0.0, 0.0], [-INF, 0.0, 1.0]])
    cases.add("matmul", [special, numbers((3, 5), generator)], torch.matmul)
    cases.add("matmul", [special, numbers((3,), generator)], torch.matmul)
    cases.add("matmul", [numbers((2, 4), generator), special], torch.matmul)
    wide = torch.nn.functional.pad(special, (0, 60, 0, 60))
    cases.add("matmul", [numbers((70, 64), generator), wide], torch.matmul)


REDUCED = [
    ((), [(), (0,), (-1,)]), ((5,), [(), (0,), (-1,)]), ((100,), [()]), ((2, 3), [(), (0,), (1,), (0, 1), (-1, 0)]),
    ((2, 3, 4, 5), [(), (0,), (1,), (2,), (3,), (2, 3), (-1, -2), (0, 2, 3), (0, 2), (1, 3), (0, 1, 2), (0, 3)]),
    ((3, 17, 19), [(0,), (1,), (2,), (0, 2), (1, 2)]), ((1, 4, 1, 3), [(0,), (1,), (2,), (1, 2), (0, 2, 3)]),
    ((0,), [(), (0,)]), ((0, 3), [(), (0,), (1,)]), ((2, 0, 3), [(0,), (1,), (0, 1), (2,), (0, 2)]),
    ((7, 1, 30), [(1,), (0, 1)]),
    ((2, 3), [(2,), (-3,), (0, 0), (0, -2), (1, 5)]), ((), [(1,), (-2,)]),
]  # fmt: skip
REDUCTIONS = {"sum": torch.sum, "mean": torch.mean, "amax": torch.amax}


def reductions(cases, generator):
    special = torch.tensor([[1.0, NAN, INF], [-INF, 2.0, NAN], [INF, -INF, 0.0], [-INF, -INF, -INF], [INF, 1.0, INF]])
    for shape, lists in [*REDUCED, ((5, 3), [(), (0,), (1,)])]:
        x = special if shape == (5, 3) else numbers(shape, generator)
        for op, function in REDUCTIONS.items():
            for dims in lists:
                for keep in (False, True):
                    if keep and max(dims, default=0) > 1:
                        continue
                    call = lambda t, f=function, d=dims, k=keep: f(t, dim=d, keepdim=k)
                    cases.add(op, [x], call, list(dims), keep)


class Chosen(Cases):
    """Operations that return indices besides."""

    def add(self, op, inputs, call, *arguments):
        values = inputs[0]
        super().add(op, [values], lambda t: call(t)[0], *arguments)
        if "error" not in self.rows[-1]:
            indices = call(values)[1]
            flat = indices.flatten().tolist()
            self.rows[-1]["indices"] = {"shape": list(indices.shape), "values": flat}


def chosen(cases):
    generator = torch.Generator().manual_seed(SEED + 1)
    special = torch.tensor([[1.0, NAN, INF], [-INF, 2.0, NAN], [INF, -INF, 0.0], [-1.0, -INF, -3.0], [3.0, 1.0, 1.0]])
    ties = torch.tensor([[1.0, 3.0, 3.0, 2.0], [0.0, -0.0, 0.0, -1.0], [NAN, 1.0, NAN, 5.0], [5.0, 5.0, 5.0, 5.0]])
    shapes = [(), (5,), (2, 3), (2, 3, 4, 5), (3, 17, 19), (1, 40), (40, 1), (0, 3), (3, 0), (2, 0, 3), (0,), (7, 300)]
    inputs = [special, ties, *(numbers(shape, generator) for shape in shapes)]
    for x in inputs:
        for dim in sorted({0, 1, -1, x.dim() - 1, -x.dim() - 1} | ({2, -3} if x.dim() == 4 else set())):
            for keep in (False, True):
                cases.add("max", [x], lambda t, d=dim, k=keep: torch.max(t, d, k), dim, keep)
                arg = lambda t, d=dim, k=keep: (torch.max(t, d, k)[0], torch.argmax(t, d, k))
                cases.add("argmax", [x], arg, dim, keep)
        cases.add("max_all", [x], lambda t: (torch.max(t), torch.argmax(t)))
    for x in [*(t for t in inputs if t is not ties), special[:, 0], special.reshape(15)[torch.arange(0, 15, 2)]]:
        for dim in (0, -1, 1):
            size = x.shape[dim] if -x.dim() <= dim < x.dim() else 1
            for k in sorted({0, 1, 2, 3, 5, size, size + 1, -1}):
                for largest in (True, False):
                    call = lambda t, k=k, d=dim, g=largest: torch.topk(t, k, d, g)
                    if unique(x, dim):
                        cases.add("topk", [x], call, k, dim, largest)


def unique(x, dim):
    """Whether no element is there twice along the dimension: of equal ones PyTorch takes any."""
    if x.dim() == 0 or not -x.dim() <= dim < x.dim():
        return True
    y = x.nan_to_num(nan=1e30).sort(dim).values
    return not (y.diff(dim=dim) == 0).any()


def elements(cases):
    generator = torch.Generator().manual_seed(SEED)
    arithmetic(cases, generator)
    cats(cases, generator)
    reshapes(cases, generator)
    moves(cases, generator)


def close(cases):
    generator = torch.Generator().manual_seed(SEED + 2)
    products(cases, generator)
    reductions(cases, generator)


def accuracy():
    """The rms error of PyTorch's float32 products, of numbers that both sides draw from a seed."""
    seed = SEED
    for k in (10, 50, 80, 100, 161, 300, 1000, 4096):
        for a, b in [((64, k), (k, 64)), ((1, k), (k, 300)), ((k,), (k, 301)), ((300, k), (k,)), ((300, k), (k, 1))]:
            seed += 1
            generator = torch.Generator().manual_seed(seed)
            x = torch.randn(a, generator=generator)
            z = torch.randn(b, generator=generator)
            exact = x.double() @ z.double()
            error = (((x @ z).double() - exact).square().mean() / exact.square().mean()).sqrt().item()
            yield {"a": list(a), "b": list(b), "seed": seed, "error": error}


def main():
    torch.set_num_threads(1)
    TARGET.mkdir(parents=True, exist_ok=True)
    write("indices.json", list(indices()))
    write("accuracy.json", list(accuracy()))
    for name, kind, fill in [("elements", Cases, elements), ("close", Cases, close), ("chosen", Chosen, chosen)]:
        cases = kind()
        fill(cases)
        cases.write(name)


if __name__ == "__main__":
    main()
