"""Measures how far PyTorch's float32 convolutions lie from float64, for AccuracyTest.

    python3 core/src/test/python/make_accuracy_golden.py

Each layer is built with torch.manual_seed(seed), then an input is drawn with torch.randn: a test can
make the same weights and inputs from the seed. The error is the root mean square of (float32 result -
float64 result), divided by the standard deviation of the float64 result.

Written with torch 2.13.0+cpu on a CPU with AVX-512; other CPUs have other errors of about the same size.
"""

import json
import pathlib

import torch

TARGET = pathlib.Path(__file__).parent.parent / "resources" / "golden" / "conv2d" / "accuracy.json"

# in, out, kernel, height and width, stride, padding, dilation, groups
LAYERS = [
    (64, 16, 3, 20, 1, 1, 1, 1),
    (128, 16, 3, 14, 1, 1, 1, 1),
    (256, 16, 3, 10, 1, 1, 1, 1),
    (512, 16, 3, 7, 1, 1, 1, 1),
    (64, 16, 3, 20, 1, 2, 2, 1),
    (3, 16, 7, 64, 2, 3, 1, 1),
    (64, 32, 1, 20, 1, 0, 1, 1),
    (1024, 16, 1, 14, 1, 0, 1, 1),
    (192, 16, 5, 10, 1, 2, 1, 1),
    (64, 64, 3, 14, 1, 1, 1, 8),
    (96, 96, 3, 20, 1, 1, 1, 96),
]


def main():
    torch.set_num_threads(1)
    rows = []
    for seed, (cin, cout, kernel, side, stride, padding, dilation, groups) in enumerate(LAYERS):
        torch.manual_seed(seed)
        layer = torch.nn.Conv2d(cin, cout, kernel, stride, padding, dilation, groups)
        x = torch.randn(1, cin, side, side)
        with torch.no_grad():
            single = layer(x).double()
            double = layer.double()(x.double())
        error = (single - double).pow(2).mean().sqrt() / double.std()
        rows.append(
            {
                "seed": seed,
                "in_channels": cin,
                "out_channels": cout,
                "kernel_size": kernel,
                "side": side,
                "stride": stride,
                "padding": padding,
                "dilation": dilation,
                "groups": groups,
                "rms_error": float(f"{error.item():.4e}"),
            }
        )
    lines = ",\n".join(json.dumps(row) for row in rows)
    TARGET.write_text(f'{{"torch": "{torch.__version__}",\n"layers": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
