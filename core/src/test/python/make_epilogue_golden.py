"""Writes the golden files of activations and residuals with PyTorch as the oracle.

    python3 core/src/test/python/make_epilogue_golden.py

rewrites, under core/src/test/resources/golden/epilogue:

cases.json  "elements": an activation and where its results in float32 and float64 lie, for the inputs "input32" and
            "input64"; "layers": a convolution's options, activation and residual, and where its tensors lie
arrays.bin  raw little-endian values, every array 8-byte aligned; of the layers, input, weight, bias and residual are
            float32, output64 is the same values run in float64

An activation is its name, or [lo, hi] for torch.nn.functional.hardtanh, as hexadecimal floats.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F

SEED = 20261
TARGET = Path(__file__).resolve().parents[1] / "resources" / "golden" / "epilogue"
INF = float("inf")

NAMED = {"none": lambda x: x, "relu": F.relu, "relu6": F.relu6, "silu": F.silu, "hardswish": F.hardswish}
CLAMPS = (
    (-1.0, 2.0), (-0.7, 0.3), (0.0, 0.5), (0.1, 0.2), (-2.0, -1.0), (-INF, 1.0), (-1.0, INF), (-INF, INF), (1.0, 1.0),
    (-0.0, 2.0), (-0.0, INF), (-1.0, 0.0), (-1.0, -0.0), (0.0, 0.0), (-0.0, 0.0), (-0.0, -0.0), (0.0, -0.0),
)  # fmt: skip

SPECIAL = [
    0.0, 0.1, 0.5, 1.0, 2.0, 2.5, 3.0, 6.0, 6.5, 10.0, 17.0, 20.0, 40.0, 88.0, 88.72283, 88.72284, 88.8, 95.0, 100.0,
    700.0, 709.0, 709.782712893384, 709.7827128933841, 710.0, 720.0, 1e4, 1e30, 1e38, 3.4e38, 1e39, 1e300, 1e308, INF,
    1e-3, 1e-8, 1e-20, 1.2e-38, 1e-40, 1.5e-45, 3e-308, 1e-310, 5e-324,
]  # fmt: skip


class Arrays:
    """The bytes of arrays.bin."""

    def __init__(self):
        self.content = bytearray()

    def place(self, tensor):
        offset = len(self.content)
        self.content += tensor.detach().contiguous().numpy().tobytes()
        self.content += bytes(-len(self.content) % 8)
        return {"shape": list(tensor.shape), "offset": offset}


def activation(spec):
    return NAMED[spec] if isinstance(spec, str) else lambda x: F.hardtanh(x, *spec)


def written(spec):
    return spec if isinstance(spec, str) else [bound.hex() for bound in spec]


def inputs(dtype, generator):
    special = torch.tensor(SPECIAL + [-x for x in SPECIAL] + [float("nan")], dtype=torch.float64)
    spread = torch.randn(1500, generator=generator, dtype=torch.float64)
    small = spread[:500] * 2.0 ** torch.randint(-40, 1, (500,), generator=generator)
    return torch.cat([special, spread[500:1000] * 3, spread[1000:] * 40, small]).to(dtype)


def elements(arrays):
    generator = torch.Generator().manual_seed(SEED)
    places = {}
    rows = []
    given = {"32": inputs(torch.float32, generator), "64": inputs(torch.float64, generator)}
    for bits, tensor in given.items():
        places["input" + bits] = arrays.place(tensor)
    for spec in [*NAMED, *CLAMPS]:
        row = {"activation": written(spec)}
        for bits, tensor in given.items():
            row["output" + bits] = arrays.place(activation(spec)(tensor))
        rows.append(row)
    return places, rows


# in, out, kernel, groups, stride, padding, dilation, padding mode, input shape, activation, residual
LAYERS = [
    (3, 4, (3, 3), 1, 1, 1, 1, "zeros", (2, 3, 9, 11), "relu", True),
    (3, 4, (3, 3), 1, 1, 1, 1, "zeros", (2, 3, 9, 11), "relu", False),
    (17, 19, (3, 3), 1, 2, 1, 1, "zeros", (1, 17, 13, 12), "relu6", True),
    (6, 6, (5, 5), 6, 1, 2, 1, "zeros", (2, 6, 10, 23), "hardswish", True),
    (8, 16, (1, 1), 1, 1, 0, 1, "zeros", (1, 8, 17, 31), "silu", True),
    (64, 8, (3, 3), 1, 1, 1, 1, "zeros", (1, 64, 8, 8), "silu", False),
    (4, 6, (3, 2), 2, 1, 2, 2, "reflect", (4, 7, 8), (-0.5, 0.5), True),
    (4, 2, (2, 3), 1, 1, 1, 1, "circular", (3, 4, 5, 6), "none", True),
    (2, 3, (3, 3), 1, 1, 1, 1, "replicate", (1, 2, 33, 40), "hardswish", False),
    (1, 1, (3, 3), 1, 1, 1, 1, "zeros", (1, 1, 40, 37), "relu", True),
    (5, 7, (3, 3), 1, 1, 1, 1, "zeros", (0, 5, 4, 4), "relu", True),
]


def layers(arrays):
    torch.manual_seed(SEED)
    rows = []
    for cin, cout, kernel, groups, stride, padding, dilation, mode, shape, spec, adds in LAYERS:
        bias = cout != 8
        conv = torch.nn.Conv2d(cin, cout, kernel, stride, padding, dilation, groups, bias, mode)
        x = torch.randn(shape) * 3
        residual = torch.randn(conv(x).shape)

        def run(dtype):
            y = conv.to(dtype)(x.to(dtype))
            return activation(spec)(y + residual.to(dtype) if adds else y)

        row = {
            "kernel_size": list(kernel),
            "groups": groups,
            "stride": stride,
            "padding": padding,
            "dilation": dilation,
            "padding_mode": mode,
            "activation": written(spec),
            "input": arrays.place(x),
            "weight": arrays.place(conv.weight),
            "output32": arrays.place(run(torch.float32)),
            "output64": arrays.place(run(torch.float64)),
        }
        if bias:
            row["bias"] = arrays.place(conv.bias.float())
        if adds:
            row["residual"] = arrays.place(residual)
        rows.append(row)
    return rows


def main():
    arrays = Arrays()
    places, element_rows = elements(arrays)
    layer_rows = layers(arrays)

    def lines(rows):
        return ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)

    header = json.dumps({"torch": torch.__version__, **places}, separators=(",", ":"))[1:-1]
    TARGET.mkdir(parents=True, exist_ok=True)
    text = f'{{{header},\n"elements":[\n{lines(element_rows)}\n],\n"layers":[\n{lines(layer_rows)}\n]}}\n'
    (TARGET / "cases.json").write_text(text, encoding="utf-8", newline="\n")
    (TARGET / "arrays.bin").write_bytes(bytes(arrays.content))


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
