"""Writes what PyTorch makes of NaN, infinities and huge numbers, for NonFiniteTest.

    python3 core/src/test/python/nonfinite.py

Small layers of every class, each run many times with a few of its numbers replaced ("a placement"). The tensors are not
stored: after torch.manual_seed(seed), input, weight and bias are drawn in this order with torch.randn and scaled by the
powers of two `scales`, which a test can do too.

nonfinite.json  the layers and their placements; a change is [tensor, first index, step, count, value]
nonfinite.bin   compressed by zlib, little-endian, in the order of the JSON: for each layer the output without changes, for
                each placement a byte for each output element (see below) and then the values that are OTHER; a placement
                with "without_onednn" has such bytes once more, with PyTorch's answer when oneDNN is switched off

A model that pads with zeros, multiplies every tap and adds up has to give the same classes; this script stops where it does
not, but for one thing: oneDNN, by which PyTorch runs part of the float32 layers, leaves out the taps that fall on padding of
zeros, so that an infinite weight makes no NaN there. Whether PyTorch takes oneDNN depends on the batch size, the size of the
image and the dtype, so that one layer has two answers; both are written.

Written with torch 2.13.0+cpu. Two runs write the same bytes on one machine.
"""

import json
import math
import warnings
import zlib
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

TARGET = Path(__file__).resolve().parents[1] / "resources" / "golden" / "conv2d"

# The classes of output elements.
SAME = 0  # the very bits that come out without changes
NAN = 1
POSITIVE = 2  # infinity
NEGATIVE = 3  # infinity
OTHER = 4  # finite and not the same: its value follows
UNSURE = 5  # the order of the sum decides whether it overflows

# Larger than half of the largest number, so that two of them overflow.
HUGE = {torch.float32: 3e38, torch.float64: 1.6e308}
LARGEST = {torch.float32: torch.finfo(torch.float32).max, torch.float64: torch.finfo(torch.float64).max}


def pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


# name, in, out, kernel, height and width; then what is not the default
LAYERS = [
    # 3x3 with stride 1: what Winograd's algorithm takes
    ("3x3", 16, 16, 3, (8, 8), dict(padding=1, everywhere=True)),
    ("3x3 in a batch", 16, 16, 3, (8, 8), dict(padding=1, batch=3)),
    ("3x3 valid", 32, 16, 3, (12, 12), dict()),
    ("3x3 awkward", 17, 19, 3, (7, 6), dict(padding=1)),
    ("3x3 wide channels", 32, 32, 3, (6, 9), dict(padding=1, everywhere=True)),
    ("3x3 padding 2", 16, 24, 3, (7, 11), dict(padding=2)),
    ("3x3 same", 24, 16, 3, (9, 7), dict(padding="same")),
    ("3x3 reflect", 16, 16, 3, (8, 7), dict(padding=1, mode="reflect")),
    ("3x3 replicate", 16, 16, 3, (7, 8), dict(padding=1, mode="replicate")),
    ("3x3 circular", 16, 16, 3, (9, 6), dict(padding=(2, 1), mode="circular")),
    ("3x3 large image", 64, 8, 3, (18, 18), dict(padding=1)),
    ("3x3 without bias", 32, 16, 3, (10, 10), dict(padding=1, bias=False)),
    # other dense layers
    ("3x3 stride 2", 16, 16, 3, (11, 10), dict(padding=1, stride=2)),
    ("3x3 dilation 2", 16, 16, 3, (9, 10), dict(padding=2, dilation=2)),
    ("5x5", 16, 8, 5, (9, 8), dict(padding=2)),
    ("5x5 valid", 16, 8, 5, (9, 10), dict()),
    ("7x7 stride 2", 3, 16, 7, (15, 14), dict(padding=3, stride=2)),
    ("1x7", 16, 16, (1, 7), (8, 11), dict(padding=(0, 3))),
    ("7x1", 16, 16, (7, 1), (11, 8), dict(padding=(3, 0))),
    ("2x2 same", 8, 6, 2, (7, 9), dict(padding="same")),
    ("4x2 same", 8, 6, (4, 2), (7, 9), dict(padding="same")),
    ("4x4 same reflect", 4, 6, 4, (6, 7), dict(padding="same", mode="reflect")),
    ("3x5 strides 1x3", 6, 7, (3, 5), (8, 13), dict(padding=(1, 2), stride=(1, 3))),
    # 1x1
    ("1x1", 33, 17, 1, (6, 7), dict(everywhere=True)),
    ("1x1 stride 2", 32, 16, 1, (7, 8), dict(stride=2)),
    ("1x1 padding 1", 16, 16, 1, (6, 6), dict(padding=1)),
    ("1x1 in a batch", 16, 20, 1, (5, 5), dict(batch=2)),
    # grouped
    ("grouped", 16, 16, 3, (8, 7), dict(padding=1, groups=4)),
    ("grouped 1 to 2", 12, 24, 3, (7, 7), dict(padding=1, groups=4)),
    ("grouped stride 2", 24, 16, 3, (8, 9), dict(padding=1, groups=8, stride=2)),
    ("grouped 1x1", 24, 12, 1, (6, 5), dict(groups=3)),
    ("grouped circular", 16, 8, 3, (6, 7), dict(padding=1, groups=4, mode="circular")),
    ("grouped wide", 48, 32, 3, (8, 8), dict(padding=1, groups=2)),
    # depthwise
    ("depthwise 3x3", 16, 16, 3, (7, 9), dict(padding=1, groups=16, everywhere=True)),
    ("depthwise 3x3 valid", 19, 19, 3, (7, 8), dict(groups=19)),
    ("depthwise 3x3 stride 2", 16, 16, 3, (9, 10), dict(padding=1, groups=16, stride=2)),
    ("depthwise 3x3 dilation 2", 9, 9, 3, (9, 8), dict(padding=2, groups=9, dilation=2)),
    ("depthwise 5x5", 12, 12, 5, (9, 9), dict(padding=2, groups=12)),
    ("depthwise 5x5 stride 2", 12, 12, 5, (11, 9), dict(padding=2, groups=12, stride=2)),
    ("depthwise times 2", 8, 16, 3, (8, 9), dict(padding=1, groups=8)),
    ("depthwise reflect", 8, 8, 3, (7, 6), dict(padding=1, groups=8, mode="reflect")),
    ("depthwise 4x4 same", 8, 8, 4, (7, 6), dict(padding="same", groups=8)),
    ("depthwise in a batch", 7, 7, 3, (6, 19), dict(padding=1, groups=7, batch=2)),
    # pictures: few channels
    ("1 to 1", 1, 1, 3, (9, 21), dict(padding=1, everywhere=True)),
    ("1 to 1 5x5 replicate", 1, 1, 5, (9, 20), dict(padding=2, mode="replicate")),
    ("3 to 3", 3, 3, 3, (8, 19), dict(padding=1)),
    ("2 to 8 stride 2", 2, 8, 3, (10, 18), dict(padding=1, stride=2)),
    ("3 to 1 reflect", 3, 1, (3, 5), (8, 17), dict(padding=(1, 2), mode="reflect")),
    ("1 to 4 circular in a batch", 1, 4, 3, (7, 17), dict(padding=1, mode="circular", batch=2)),
]  # fmt: skip

# What goes through Fourier transforms; behind all others, whose seeds stay as they were.
LARGE = [
    ("7x7", 3, 5, 7, (9, 10), dict(padding=3)),
    ("9x7 reflect in a batch", 2, 3, (9, 7), (8, 9), dict(padding=(4, 3), mode="reflect", batch=2)),
    ("8x8 valid", 4, 3, 8, (12, 11), dict()),
    ("depthwise 9x9", 6, 6, 9, (8, 7), dict(padding=4, groups=6)),
    ("depthwise 13x13 replicate", 5, 5, 13, (9, 9), dict(padding=6, groups=5, mode="replicate")),
]  # fmt: skip

# In float64 PyTorch has one way for all: a few of each class.
DOUBLES = (
    "3x3", "3x3 in a batch", "3x3 awkward", "3x3 reflect", "5x5", "7x7 stride 2", "4x2 same", "1x1", "grouped",
    "grouped stride 2", "depthwise 3x3", "depthwise 5x5 stride 2", "depthwise 3x3 dilation 2", "1 to 1", "3 to 3",
)  # fmt: skip

# They come last, float32 and float64, because a layer's place is its seed.
WINOGRAD_5X5 = [
    ("5x5 wide", 17, 16, 5, (9, 8), dict(padding=2)),
    ("5x5 reflect in a batch", 16, 17, 5, (7, 8), dict(padding=2, mode="reflect", batch=2)),
]  # fmt: skip


class Layer:
    def __init__(
        self, seed, dtype, name, cin, cout, kernel, size, *, padding=0, stride=1, dilation=1, groups=1, bias=True,
        mode="zeros", batch=1, everywhere=False,
    ):  # fmt: skip
        self.seed, self.dtype, self.name, self.everywhere = seed, dtype, name, everywhere
        self.kernel, self.stride, self.dilation = pair(kernel), pair(stride), pair(dilation)
        self.groups, self.mode = groups, mode
        self.module = nn.Conv2d(
            cin, cout, self.kernel, self.stride, padding, self.dilation, groups, bias, mode, dtype=dtype
        )
        if padding == "same":
            totals = [d * (k - 1) for d, k in zip(self.dilation, self.kernel)]
            self.pads = [v for t in totals for v in (t // 2, t - t // 2)]
        else:
            self.pads = [v for p in pair(padding) for v in (p, p)]
        taps = cin // groups * self.kernel[0] * self.kernel[1]
        # Powers of two: sums come out of size 1, and scaling rounds nothing.
        self.scales = {"input": 1.0, "weight": 2.0 ** -round(math.log2(taps) / 2), "bias": 1.0}
        torch.manual_seed(seed)
        self.tensors = {"input": torch.randn(batch, cin, *size, dtype=dtype)}
        self.tensors["weight"] = torch.randn(cout, cin // groups, *self.kernel, dtype=dtype)
        if bias:
            self.tensors["bias"] = torch.randn(cout, dtype=dtype)
        for key, tensor in self.tensors.items():
            tensor *= self.scales[key]

    def changed(self, changes):
        tensors = {key: tensor.clone() for key, tensor in self.tensors.items()}
        for key, first, step, count, value in changes:
            flat = tensors[key].view(-1)
            last = first + step * (count - 1)
            assert 0 <= first and last < flat.numel(), (self.name, key, first, step, count)
            flat[first : last + 1 : step] = float(value)
        return tensors

    def run(self, tensors, onednn=True):
        with torch.no_grad(), torch.backends.mkldnn.flags(enabled=onednn):
            self.module.weight.copy_(tensors["weight"])
            if "bias" in tensors:
                self.module.bias.copy_(tensors["bias"])
            return self.module(tensors["input"])

    def model(self, tensors):
        """The classes if every tap is multiplied; finite ones are all SAME."""
        # Scaled down, so that nothing finite overflows.
        down = 2.0**-80
        x = tensors["input"].double() * down
        top, bottom, left, right = self.pads
        if self.mode == "zeros":
            x = F.pad(x, (left, right, top, bottom))
        elif any(self.pads):
            x = F.pad(x, (left, right, top, bottom), mode=self.mode)
        w = tensors["weight"].double()
        n, _, height, _ = x.shape
        g = self.groups
        rows = F.unfold(x, self.kernel, self.dilation, 0, self.stride).reshape(n, g, 1, w[0].numel(), -1)
        products = rows * w.reshape(1, g, w.shape[0] // g, -1, 1)
        b = tensors.get("bias", torch.zeros(w.shape[0])).double() * down
        products = torch.cat([products, b.reshape(1, g, -1, 1, 1).expand(n, -1, -1, -1, products.shape[-1])], 3)
        nan = products.isnan().any(3)
        plus, minus = (products == math.inf).any(3), (products == -math.inf).any(3)
        finite = torch.where(products.isfinite(), products, 0)
        up, under = finite.clamp(min=0).sum(3), -finite.clamp(max=0).sum(3)
        limit = LARGEST[self.dtype] * down
        classes = torch.full(nan.shape, SAME, dtype=torch.uint8)
        # What overflows alone may meet an infinity of the other sign; no other class is left to the order.
        overflow = (up > 0.999 * limit) | (under > 0.999 * limit)
        classes[overflow] = UNSURE
        classes[(up - under > 1.001 * limit) & (under < 0.5 * limit)] = POSITIVE
        classes[(under - up > 1.001 * limit) & (up < 0.5 * limit)] = NEGATIVE
        classes[plus & (under < 0.5 * limit)] = POSITIVE
        classes[minus & (up < 0.5 * limit)] = NEGATIVE
        classes[nan | (plus & minus)] = NAN
        out_height = (height - self.dilation[0] * (self.kernel[0] - 1) - 1) // self.stride[0] + 1
        return classes.reshape(n, w.shape[0], out_height, -1)


def placements(layer):
    """Changes to make, every one a list of [tensor, first index, step, count, value]."""
    n, c, h, w = layer.tensors["input"].shape
    oc, cg, kh, kw = layer.tensors["weight"].shape
    plane, taps = h * w, kh * kw
    huge = HUGE[layer.dtype]
    values = ("nan", "inf", "-inf")
    has_bias = "bias" in layer.tensors

    def at(row, column, channel=0, image=0):
        return ((image * c + channel % c) * h + row % h) * w + column % w

    def one(key, index, value):
        return [key, index, 1, 1, value]

    # One number of the input: corners, edges, the middle; or everywhere.
    rows, columns = (0, h // 2, h - 1), (0, w // 2, w - 1)
    spots = [(i, j) for i in rows for j in columns]
    if layer.everywhere:
        spots = [(i, j) for i in range(h) for j in range(w)]
    for turn, (i, j) in enumerate(spots):
        yield [one("input", at(i, j, 5 * turn, turn % n), values[turn % 3])]
    for turn, (i, j) in enumerate(((0, 0), (h // 2, w // 2), (h - 1, w - 1), (1, w - 2), (h - 2, 1))):
        yield [one("input", at(i, j, 3 * turn, n - 1 - turn % n), values[(turn + 1) % 3])]
    # Several: side by side, far apart, opposite, all of a row, of a column, of a channel, of all.
    yield [one("input", at(1, 1), "inf"), one("input", at(1, 2, 1), "-inf")]
    yield [one("input", at(0, 0), "inf"), one("input", at(-1, -1, -1), "-inf")]
    yield [one("input", at(h // 2, 0), "nan"), one("input", at(h // 2, -1), "inf"), one("input", at(0, 1), "-inf")]
    yield [["input", at(h // 2, 0, c - 1), 1, w, "inf"]]
    yield [["input", at(0, w // 2, c // 2), w, h, "-inf"]]
    yield [["input", at(0, 0, c - 1, n - 1), 1, plane, "inf"]]
    yield [["input", 0, 1, n * c * plane, "inf"]]
    yield [["input", 0, 1, n * c * plane, "nan"]]
    # 0 * inf
    zeros = ["weight", 0, 1, cg * taps, 0]
    yield [zeros, one("input", at(h // 2, w // 2), "inf")]
    yield [["weight", 0, 1, oc * cg * taps, 0], one("input", at(1, 0, 1), "-inf"), one("input", at(-1, -2), "nan")]
    # Huge numbers: with weights below 1 they stay finite, with 1 two of one window overflow, with 4 one does.
    yield [one("input", at(h // 2, w // 2), huge)]
    yield [one("input", at(0, 0, c - 1), -huge)]
    ones = ["weight", 0, 1, cg * taps, 1]
    yield [ones, one("input", at(h // 2, w // 2), huge)]
    yield [ones, one("input", at(h // 2, w // 2), huge), one("input", at(h // 2, w // 2 + 1), huge)]
    yield [ones, one("input", at(1, 1), -huge), one("input", at(2, 1), -huge)]
    # Opposite ones: finite in any order, but their difference is not.
    yield [ones, one("input", at(h // 2, w // 2), huge), one("input", at(h // 2, w // 2 + 2), -huge)]
    yield [ones, one("input", at(h // 2, w // 2), -huge), one("input", at(h // 2 + 2, w // 2), huge)]
    yield [["weight", 0, 1, oc * cg * taps, 4], one("input", at(-1, -1), huge)]
    yield [one("input", at(h // 2, w // 2), huge), one("input", at(h // 2, w // 2 + 1), "-inf")]
    # One weight: every place of a small kernel, corners and middle of a large one; of all channels in turn.
    spots = [(i, j) for i in range(kh) for j in range(kw)]
    if taps > 9:
        spots = sorted({(i, j) for i in (0, kh // 2, kh - 1) for j in (0, kw // 2, kw - 1)})
    for turn, (i, j) in enumerate(spots):
        index = ((turn * 7 % oc * cg) + turn * 5 % cg) * taps + i * kw + j
        yield [one("weight", index, values[turn % 3])]
    yield [one("weight", oc * cg * taps - 1, "inf")]
    yield [one("weight", (oc - 1) * cg * taps, "nan")]
    yield [["weight", 0, 1, cg * taps, "-inf"]]
    yield [["weight", 0, 1, oc * cg * taps, "nan"]]
    yield [one("weight", taps // 2, "inf"), one("weight", min(taps // 2 + 1, taps - 1), "-inf")]
    yield [one("weight", taps // 2, huge)]
    yield [["weight", 0, 1, taps, -0.3 * huge]]
    # An infinite weight and an infinite number of the input.
    yield [one("weight", taps // 2, "inf"), one("input", at(h // 2, w // 2), "-inf")]
    # The bias.
    if has_bias:
        for turn, index in enumerate((0, oc // 2, oc - 1)):
            for value in values:
                yield [one("bias", index, value)]
            yield [one("bias", index, (huge, -huge)[turn % 2])]
        yield [["bias", 0, 1, oc, "nan"]]
        yield [["bias", 0, 1, oc, "inf"], one("input", at(h // 2, w // 2), "-inf")]
        yield [one("bias", oc - 1, huge), ones, one("input", at(0, 0), huge)]


def classify(output, base):
    classes = torch.full(output.shape, OTHER, dtype=torch.uint8)
    classes[output == base] = SAME
    classes[output.isnan()] = NAN
    classes[output == math.inf] = POSITIVE
    classes[output == -math.inf] = NEGATIVE
    return classes


def kinds(classes):
    return torch.where(classes == OTHER, SAME, classes)


def answer(layer, base, changes, data):
    """Appends PyTorch's answer and returns the placement's row."""
    tensors = layer.changed(changes)
    output = layer.run(tensors)
    classes = classify(output, base)
    model = layer.model(tensors)
    unsure = model == UNSURE
    classes[unsure] = UNSURE
    row = {"changes": changes}
    data.append(classes.numpy().tobytes())
    data.append(output[classes == OTHER].numpy().tobytes())
    if torch.equal(kinds(classes), model):
        return row, unsure.sum().item()
    plain = classify(layer.run(tensors, onednn=False), base)
    plain[unsure] = UNSURE
    on_padding = layer.mode == "zeros" and any(layer.pads) and any(change[0] == "weight" for change in changes)
    if not on_padding or not torch.equal(kinds(plain), model):
        raise AssertionError(f"{layer.name} {layer.dtype} {changes}: the model is another")
    row["without_onednn"] = True
    # The values are those of oneDNN up to rounding: of the bytes only the kinds count.
    data.append(kinds(plain).numpy().tobytes())
    return row, unsure.sum().item()


def main():
    torch.set_num_threads(1)
    layers, data, elements, unsure = [], [], 0, 0
    specifications = [(torch.float32, row) for row in LAYERS]
    specifications += [(torch.float64, row) for row in LAYERS if row[0] in DOUBLES]
    specifications += [(dtype, row) for dtype in (torch.float32, torch.float64) for row in WINOGRAD_5X5]
    specifications += [(torch.float32, row) for row in LARGE]
    for seed, (dtype, (name, cin, cout, kernel, size, options)) in enumerate(specifications):
        layer = Layer(seed, dtype, name, cin, cout, kernel, size, **options)
        base = layer.run(layer.tensors)
        data.append(base.numpy().tobytes())
        rows = []
        for changes in placements(layer):
            row, count = answer(layer, base, changes, data)
            rows.append(row)
            elements += base.numel()
            unsure += count
        layers.append(
            {
                "name": name,
                "seed": seed,
                "dtype": str(dtype).removeprefix("torch."),
                "input": list(layer.tensors["input"].shape),
                "weight": list(layer.tensors["weight"].shape),
                "output": list(base.shape),
                "bias": "bias" in layer.tensors,
                "scales": layer.scales,
                "stride": list(layer.stride),
                "pads": layer.pads,
                "dilation": list(layer.dilation),
                "groups": layer.groups,
                "padding_mode": layer.mode,
                "placements": rows,
            }
        )
    lines = ",\n".join(json.dumps(layer, separators=(",", ":")) for layer in layers)
    (TARGET / "nonfinite.json").write_text(f'{{"torch":"{torch.__version__}",\n"layers":[\n{lines}\n]}}\n')
    packed = zlib.compress(b"".join(data), 9)
    (TARGET / "nonfinite.bin").write_bytes(packed)
    count = sum(len(layer["placements"]) for layer in layers)
    print(f"{len(layers)} layers, {count} placements, {elements} elements, {unsure} unsure, {len(packed)} bytes")
    both = [
        f"{layer['name']} {layer['dtype']}"
        for layer in layers
        if any("without_onednn" in row for row in layer["placements"])
    ]
    print("two answers:", both)


if __name__ == "__main__":
    # Of an even 'same', and of settings of other devices that mkldnn.flags touches.
    warnings.simplefilter("ignore")
    main()
