"""Measures how far PyTorch's float32 convolutions lie from float64, for AccuracyTest.

    python3 core/src/test/python/make_accuracy_golden.py

Weights and inputs are made of torch.manual_seed(seed), so that a test can make the same. First the layer, whose weights and
bias are PyTorch's initial ones; then, by the kind of the data,

normal             input = randn
offset 100, 1000   weight = randn, bias = randn; input = randn + 100, randn + 1000
wide channels      input = randn * 2 ** (floor(rand * 21) - 10), a power for each channel: 1e-3 to 1e3
wide elements      the same with a power for each element

in this order of drawing. The error is the root mean square of (float32 result - float64 result), divided by the standard
deviation of the float64 result. Where a layer has few filters, so that their luck would decide, it is the root mean square
over several draws, with the seeds seed, seed + 1000, seed + 2000, ...

Written with torch 2.13.0+cpu on a CPU with AVX-512; other CPUs have other errors of about the same size.
"""

import json
import pathlib

import torch

TARGET = pathlib.Path(__file__).parent.parent / "resources" / "golden" / "conv2d" / "accuracy.json"
KINDS = ("normal", "offset 100", "offset 1000", "wide channels", "wide elements")

# in, out, kernel, height and width, stride, padding, dilation, groups
LAYERS = [
    (64, 32, (3, 3), 20, 1, (1, 1), 1, 1),
    (128, 32, (3, 3), 14, 1, (1, 1), 1, 1),
    (256, 32, (3, 3), 10, 1, (1, 1), 1, 1),
    (512, 32, (3, 3), 7, 1, (1, 1), 1, 1),
    (64, 16, (3, 3), 20, 1, (2, 2), 2, 1),
    (64, 32, (3, 3), 20, 2, (1, 1), 1, 1),
    (3, 16, (7, 7), 64, 2, (3, 3), 1, 1),
    (64, 32, (1, 1), 20, 1, (0, 0), 1, 1),
    (1024, 16, (1, 1), 14, 1, (0, 0), 1, 1),
    (192, 16, (5, 5), 10, 1, (2, 2), 1, 1),
    (160, 16, (1, 7), 12, 1, (0, 3), 1, 1),
    (64, 64, (3, 3), 14, 1, (1, 1), 1, 8),
    (256, 256, (3, 3), 8, 1, (1, 1), 1, 32),
    (96, 96, (3, 3), 20, 1, (1, 1), 1, 96),
    (64, 64, (5, 5), 20, 2, (2, 2), 1, 64),
    (1, 1, (3, 3), 96, 1, (1, 1), 1, 1),
    (3, 3, (5, 5), 64, 1, (2, 2), 1, 1),
    (64, 32, (3, 3), 28, 1, (1, 1), 1, 1),
    (256, 32, (3, 3), 24, 1, (1, 1), 1, 1),
    (64, 32, (5, 5), 20, 1, (2, 2), 1, 1),
    (256, 16, (5, 5), 14, 1, (2, 2), 1, 1),
    (48, 16, (5, 5), 24, 1, (4, 4), 2, 1),
    (32, 16, (15, 15), 24, 1, (7, 7), 1, 1),
    (64, 64, (31, 31), 28, 1, (15, 15), 1, 64),
]


def powers(*shape):
    return torch.exp2(torch.floor(torch.rand(*shape) * 21) - 10)


def data(kind, layer, channels, side):
    """Draws the input, and for offsets the weights."""
    if kind.startswith("offset"):
        layer.weight.copy_(torch.randn(layer.weight.shape))
        layer.bias.copy_(torch.randn(layer.bias.shape))
    x = torch.randn(1, channels, side, side)
    if kind.startswith("offset"):
        return x + float(kind.split()[1])
    if kind == "wide channels":
        return x * powers(1, channels, 1, 1)
    if kind == "wide elements":
        return x * powers(1, channels, side, side)
    return x


def relative_error(kind, seed, cin, cout, kernel, side, stride, padding, dilation, groups):
    torch.manual_seed(seed)
    layer = torch.nn.Conv2d(cin, cout, kernel, stride, padding, dilation, groups)
    x = data(kind, layer, cin, side)
    single = layer(x).double()
    double = layer.double()(x.double())
    return ((single - double).pow(2).mean().sqrt() / double.std()).item()


def measure(kind, seed, draws, *layer):
    cin, cout, kernel, side, stride, padding, dilation, groups = layer
    errors = [relative_error(kind, seed + 1000 * draw, *layer) for draw in range(draws)]
    error = (sum(error**2 for error in errors) / draws) ** 0.5
    return {
        "seed": seed,
        "draws": draws,
        "data": kind,
        "in_channels": cin,
        "out_channels": cout,
        "kernel_size": kernel,
        "side": side,
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "groups": groups,
        "rms_error": float(f"{error:.4e}"),
    }


def main():
    torch.set_num_threads(1)
    with torch.no_grad():
        rows = [
            measure(kind, seed, 25 if layer[0] <= 3 else 1, *layer)
            for seed, layer in enumerate(LAYERS)
            for kind in KINDS
        ]
    lines = ",\n".join(json.dumps(row) for row in rows)
    TARGET.write_text(f'{{"torch": "{torch.__version__}",\n"layers": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
