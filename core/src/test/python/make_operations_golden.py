"""Writes the golden files of the operations on tensors with PyTorch as the oracle.

    python3 core/src/test/python/make_operations_golden.py

rewrites, under core/src/test/resources/golden/operations:

indices.json  int64 tensors and the text that PyTorch prints for them; the number at the row-major offset i is
              (i * step + first) % size - origin, unless the numbers are given

Each file is {"torch": version, "cases": [one a line]}. Two runs write the same bytes.
"""

import json
import math
from pathlib import Path

import torch

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


def main():
    torch.set_num_threads(1)
    TARGET.mkdir(parents=True, exist_ok=True)
    write("indices.json", list(indices()))


if __name__ == "__main__":
    main()
