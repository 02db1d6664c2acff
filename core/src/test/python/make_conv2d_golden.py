"""Writes the golden files of Conv2d with PyTorch as the oracle.

    python3 core/src/test/python/make_conv2d_golden.py

rewrites, under core/src/test/resources/golden/conv2d:

cases.json   one layer per line: its constructor arguments, its repr, and where its tensors lie in arrays.bin
arrays.bin   raw little-endian values, every array 8-byte aligned: float32 for input, weight, bias and
             output32 (the layer run in float32), float64 for output64 (the same values, run in float64)
errors.json  calls on tensors of zeros and what PyTorch answers: the id of the condition it reports first, or null
             and the output's shape and dtype. "module" builds a layer and runs it, "functional" calls F.conv2d;
             the lists "..._left_out" name what has no answer of PyTorch's own, see `answers`

Two runs on one machine write the same bytes. float32 results of another kind of CPU may differ in their last bits,
because oneDNN picks its loops by the instruction set; "cpu" in cases.json names the one used here.
"""

import itertools
import json
import platform
import warnings
import zlib
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

SEED = 20240607
TARGET = Path(__file__).resolve().parents[1] / "resources" / "golden" / "conv2d"
MODES = ("zeros", "reflect", "replicate", "circular")
ARGUMENTS = (
    "in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "bias", "padding_mode",
)  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------
# Cases: what they are
# ---------------------------------------------------------------------------------------------------------------


def pair(value):
    return [value, value] if isinstance(value, int) else list(value)


def by(value):
    """'3x5' for (3, 5), and strings as they are: a part of a case's name."""
    return value if isinstance(value, str) else "x".join(str(v) for v in pair(value))


def pads(padding, kernel, dilation):
    """The rows or columns added before and after, per axis."""
    if padding == "same":
        totals = [d * (k - 1) for d, k in zip(pair(dilation), pair(kernel))]
        return [(t // 2, t - t // 2) for t in totals]
    return [(p, p) for p in pair(0 if padding == "valid" else padding)]


def fitting(kernel, stride, padding, dilation, mode, extra=(2, 3)):
    """A small input height and width that the layer accepts; `extra` makes the output more than one element."""
    size = []
    for k, s, (before, after), d, e in zip(
        pair(kernel), pair(stride), pads(padding, kernel, dilation), pair(dilation), extra
    ):
        least = {"zeros": 1, "reflect": max(before, after) + 1, "replicate": 1, "circular": max(before, after, 1)}[mode]
        size.append(max(least, d * (k - 1) + 1 - before - after + s + e - 1))
    return size


class Cases:
    """The layers to run, in order, with unique names."""

    def __init__(self):
        self.rows = {}

    def add(
        self, name, in_channels, out_channels, kernel, *, size=None, batch=1, stride=1, padding=0, dilation=1,
        groups=1, bias=True, mode="zeros", data="normal", extra=(2, 3),
    ):  # fmt: skip
        """`batch` None makes an unbatched input; `size` None takes a fitting one; `data` names a function below."""
        if name in self.rows:
            raise ValueError(f"two cases are called {name}")
        size = fitting(kernel, stride, padding, dilation, mode, extra) if size is None else pair(size)
        self.rows[name] = {
            "arguments": {
                "in_channels": in_channels,
                "out_channels": out_channels,
                "kernel_size": pair(kernel),
                "stride": pair(stride),
                "padding": padding if isinstance(padding, str) else pair(padding),
                "dilation": pair(dilation),
                "groups": groups,
                "bias": bias,
                "padding_mode": mode,
            },
            "shape": ([] if batch is None else [batch]) + [in_channels, *size],
            "data": data,
        }

    def systematic(self, prefix, in_channels, out_channels, kernel, **options):
        """A case whose name is made of what is not the default."""
        parts = [prefix, f"{in_channels}to{out_channels}", "k" + by(kernel)]
        for key, letter in (("stride", "s"), ("padding", "p"), ("dilation", "d")):
            if options.get(key, 0 if key == "padding" else 1) != (0 if key == "padding" else 1):
                parts.append(letter + by(options[key]))
        if options.get("groups", 1) != 1:
            parts.append(f"g{options['groups']}")
        if options.get("mode", "zeros") != "zeros":
            parts.append(options["mode"])
        if not options.get("bias", True):
            parts.append("nobias")
        if "size" in options:
            parts.append("on" + by(options["size"]))
        if "batch" in options:
            parts.append("unbatched" if options["batch"] is None else f"n{options['batch']}")
        self.add("-".join(parts), in_channels, out_channels, kernel, **options)


KERNELS = ((1, 1), (1, 3), (3, 1), (2, 2), (3, 3), (4, 2), (5, 5), (7, 7), (1, 7), (7, 1))
STRIDES = (1, 2, (2, 1), (1, 3), (8, 9))  # the last is larger than every kernel
DILATIONS = (1, 2, (2, 3), (1, 4))
# in, out, groups: dense, grouped, depthwise, depthwise with multipliers
CHANNELS = ((1, 2, 1), (3, 2, 1), (4, 2, 2), (3, 6, 3), (3, 3, 3), (2, 4, 2), (2, 6, 2))


def all_cases():
    cases = Cases()
    cases.add(
        "issue-example", 6, 4, (2, 2), batch=2, size=(4, 4), padding=(1, 3), stride=(2, 1), dilation=(2, 3), groups=2
    )
    kernels_against_the_rest(cases)
    modes_against_the_rest(cases)
    same_padding(cases)
    extreme_padding(cases)
    unbatched_and_empty(cases)
    zero_channels(cases)
    awkward_sizes(cases)
    long_sums(cases)
    special_values(cases)
    random_cases(cases)
    return cases.rows


def kernels_against_the_rest(cases):
    """Every kernel with every stride, padding, dilation and grouping; what is not under test takes turns."""
    bias = itertools.cycle((True, False, True))
    modes = itertools.cycle(MODES)
    channels = itertools.cycle(CHANNELS[:5])
    for kernel in KERNELS:
        for stride in STRIDES:
            i, o, g = next(channels)
            cases.systematic("stride", i, o, kernel, stride=stride, groups=g, bias=next(bias))
        for padding in (1, (1, 3), "same", "valid"):
            i, o, g = next(channels)
            cases.systematic(
                "padding", i, o, kernel, padding=padding, groups=g, bias=next(bias), mode=next(modes), extra=(2, 4)
            )
        for dilation in DILATIONS[1:]:
            i, o, g = next(channels) if kernel != (7, 7) else (1, 1, 1)
            cases.systematic(
                "dilation", i, o, kernel, dilation=dilation, padding=1, groups=g, bias=next(bias), extra=(2, 3)
            )
        for i, o, g in CHANNELS[1:]:
            cases.systematic("groups", i, o, kernel, groups=g, bias=next(bias), padding=(1, 0), extra=(2, 3))
        next(modes)
    for padding in ((5, 7), (9, 4)):
        for mode in ("zeros", "replicate"):
            for kernel in ((1, 1), (2, 2), (3, 3), (4, 2)):
                cases.systematic("wide-padding", 2, 2, kernel, padding=padding, mode=mode, size=(2, 3), stride=2)


def modes_against_the_rest(cases):
    """Every padding mode with every stride, dilation and grouping, and bias on and off."""
    for mode in MODES:
        for padding in (0, 1, (1, 3), (2, 0), "valid"):
            for stride in (2, (2, 1), (1, 3)):
                cases.systematic("mode", 2, 2, (3, 2), padding=padding, stride=stride, mode=mode, bias=stride == 2)
        for dilation in DILATIONS[1:]:
            cases.systematic("mode", 2, 1, 3, padding=2, dilation=dilation, mode=mode, extra=(2, 4))
        for i, o, g in CHANNELS[2:]:
            cases.systematic("mode", i, o, 3, padding=1, groups=g, mode=mode, bias=g == 2)


def same_padding(cases):
    """An even kernel's 'same' pads one more at the bottom and right; in every mode."""
    for mode in MODES:
        for kernel in ((2, 2), (4, 2), (2, 5), (4, 4), (6, 1)):
            for dilation in (1, 3, (2, 3)):
                cases.systematic("same", 2, 2, kernel, padding="same", dilation=dilation, mode=mode, extra=(4, 2))
        cases.systematic("same", 4, 4, (2, 4), padding="same", groups=4, mode=mode, bias=False, batch=None, size=(5, 7))


def extreme_padding(cases):
    """Padding at the largest the modes allow, and negative padding, which crops."""
    for mode in MODES[1:]:
        for padding in (-1, (-1, 0), (-2, 1), (2, -1), (-1, -3)):
            for kernel, stride in ((3, 1), ((1, 2), 2)):
                cases.systematic("negative", 2, 2, kernel, padding=padding, stride=stride, mode=mode, size=(7, 9))
        cases.systematic("negative", 2, 4, 2, padding=-1, mode=mode, groups=2, batch=None, size=(5, 6))
    for size in ((1, 1), (2, 3), (4, 3), (1, 5)):
        circular = size
        reflect = tuple(s - 1 for s in size)
        cases.systematic("full-padding", 2, 2, (2, 3), padding=circular, mode="circular", size=size)
        cases.systematic("full-padding", 1, 2, (1, 1), padding=reflect, mode="reflect", size=size)
        if size != (1, 1) and size != (1, 5):
            cases.systematic("full-padding", 2, 2, (3, 2), padding=reflect, mode="reflect", size=size, batch=None)
    for kernel in ((1, 1), (3, 3)):
        cases.systematic("full-padding", 1, 1, kernel, padding=(3, 4), mode="circular", size=(3, 4), stride=(2, 3))


def unbatched_and_empty(cases):
    for mode in MODES:
        for groups, bias in ((1, True), (2, False)):
            cases.systematic("plain", 4, 2, 3, padding=1, mode=mode, batch=None, groups=groups, bias=bias, size=(4, 6))
        cases.systematic("plain", 3, 2, (2, 3), stride=2, padding=(1, 2), mode=mode, batch=None, size=(5, 4))
        cases.systematic("plain", 2, 2, (3, 2), padding=(2, 1), mode=mode, batch=3, size=(3, 5))
        cases.systematic("no-batch", 2, 3, 3, padding=1, mode=mode, batch=0, size=(5, 6))
        cases.systematic("no-batch", 2, 4, (1, 2), stride=2, mode=mode, batch=0, size=(5, 6), groups=2, bias=False)
        cases.systematic("no-batch", 2, 2, (2, 4), padding="same", mode=mode, batch=0, size=(5, 6))
        cases.systematic("no-batch", 1, 1, 3, dilation=2, padding=(2, 3), mode=mode, batch=0, size=(5, 6))
    # An empty side is refused unless the batch (or the channels) are empty too and padding makes room.
    cases.systematic("no-batch", 2, 2, 1, padding=1, batch=0, size=(0, 4))
    cases.systematic("no-batch", 2, 2, 3, padding=2, batch=0, size=(3, 0))


def zero_channels(cases):
    """PyTorch answers with zero output channels, whatever out_channels says, and ignores the bias."""
    for mode in ("zeros", "circular"):
        for batch in (2, None):
            for out, bias in ((3, True), (2, False)):
                options = {"mode": mode, "batch": batch, "bias": bias, "size": (5, 6)}
                cases.systematic("no-channels", 0, out, 1, **options)
                cases.systematic("no-channels", 0, out, (3, 2), padding=1, **options)
                cases.systematic("no-channels", 0, out, 3, stride=(2, 3), **options)
                cases.systematic("no-channels", 0, out, (2, 2), dilation=(2, 3), padding=(0, 2), **options)
                cases.systematic("no-channels", 0, out, (2, 4), padding="same", **options)
        cases.systematic("no-channels", 0, 4, 3, groups=2, padding=1, mode=mode, batch=1, size=(4, 4))
        cases.systematic("no-channels", 0, 4, 3, padding=1, mode=mode, batch=0, size=(4, 4))
    cases.systematic("no-channels", 0, 1, 3, padding=2, batch=2, size=(0, 4))
    cases.systematic("no-channels", 0, 1, (2, 1), padding=-1, mode="circular", batch=2, size=(5, 4))


def awkward_sizes(cases):
    """Channel counts and widths that leave a remainder in every vector and tile."""
    for i, o in itertools.product((17, 19, 23), repeat=2):
        cases.systematic("awkward", i, o, 1, size=(1, 2), bias=i != o)
    for i, o in ((17, 3), (3, 17), (19, 2), (2, 19), (23, 1), (1, 23)):
        cases.systematic("awkward", i, o, 3, padding=1, size=(2, 3))
        cases.systematic("awkward", i, o, (1, 2), stride=2, size=(3, 5), bias=False)
    for c in (17, 19, 23):
        cases.systematic("awkward", c, c, 3, padding=1, groups=c, size=(2, 3))
        cases.systematic("awkward", c, 2 * c, (3, 1), padding=(1, 0), groups=c, size=(1, 2), stride=(2, 1))
    kernels = itertools.cycle(((3, 3), (1, 1), (2, 3), (3, 5), (1, 3)))
    for width in range(1, 34):
        kernel = next(kernels)
        padding = (kernel[0] // 2, kernel[1] // 2)
        cases.systematic("width", 1, 2, kernel, padding=padding, size=(2, width), bias=width % 2 == 0)
    for kernel, options in (
        ((3, 3), {"padding": 1}),
        ((1, 1), {}),
        ((2, 7), {"padding": "same"}),
        ((1, 3), {"stride": (1, 2)}),
        ((1, 3), {"dilation": (1, 20)}),
        ((2, 3), {"padding": (1, 64), "mode": "circular"}),
    ):
        cases.systematic("width", 1, 1, kernel, size=(2, 130), **options)
    for kernel, options in (
        ((1, 3), {"size": (1, 9)}),
        ((1, 1), {"size": (1, 1)}),
        ((3, 3), {"size": (1, 6), "padding": (1, 0)}),
        ((3, 1), {"size": (1, 4), "padding": (2, 0), "stride": (3, 1)}),
        ((1, 5), {"size": (1, 11), "stride": 2, "padding": (0, 2), "mode": "reflect"}),
        ((3, 3), {"size": (1, 8), "padding": 1, "mode": "circular"}),
        ((3, 3), {"size": (1, 8), "padding": 1, "mode": "replicate"}),
        ((3, 1), {"size": (33, 1)}),
        ((5, 3), {"size": (31, 2), "padding": (2, 1)}),
    ):
        cases.systematic("flat", 3, 2, kernel, **options)


def long_sums(cases):
    for i, o, kernel, options in (
        (40, 2, (3, 3), {"padding": 1, "size": (3, 4)}),
        (40, 2, (3, 3), {"stride": 2, "size": (5, 3), "bias": False}),
        (20, 2, (5, 5), {"size": (6, 5)}),
        (20, 1, (5, 5), {"padding": 2, "size": (4, 4), "mode": "reflect"}),
        (300, 2, (1, 1), {"size": (1, 2)}),
        (64, 2, (3, 3), {"padding": 1, "size": (2, 3), "groups": 2}),
        (7, 2, (7, 7), {"padding": 3, "size": (3, 5)}),
        (36, 2, (3, 3), {"padding": 2, "dilation": 2, "size": (3, 3), "mode": "circular"}),
        (1, 1, (17, 19), {"size": (17, 21)}),
        (33, 1, (3, 3), {"padding": 1, "size": (2, 3), "batch": None}),
    ):
        cases.systematic("long-sum", i, o, kernel, **options)


def special_values(cases):
    layers = (
        ("plain", 2, 2, (3, 3), {"padding": 1, "size": (6, 7)}),
        ("strided", 2, 2, (3, 3), {"padding": 1, "stride": 2, "size": (6, 7)}),
        ("dilated", 2, 2, (3, 3), {"padding": 2, "dilation": 2, "size": (6, 7)}),
        ("depthwise", 3, 3, (3, 3), {"padding": 1, "groups": 3, "size": (5, 6)}),
    )
    for data in ("integers", "nan", "infinity", "nan-and-infinities"):
        for name, i, o, kernel, options in layers:
            cases.add(f"{data}-{name}", i, o, kernel, data=data, **options)
    for mode in MODES[1:]:
        cases.add(f"nan-and-infinities-{mode}", 2, 2, 3, data="nan-and-infinities", padding=2, mode=mode, size=(5, 6))
    for name, i, o, kernel, options in (
        ("long-sum", 40, 2, (3, 3), {"padding": 1, "size": (3, 3)}),
        ("pointwise", 23, 5, (1, 1), {"size": (2, 3)}),
        ("5x5", 3, 2, (5, 5), {"padding": 2, "size": (5, 6)}),
        ("grouped", 6, 4, (2, 2), {"groups": 2, "stride": (1, 2), "size": (4, 5)}),
        ("16-channels", 16, 16, (3, 3), {"padding": 1, "size": (4, 4)}),
        ("same-replicate", 2, 3, (4, 4), {"padding": "same", "mode": "replicate", "size": (5, 6)}),
    ):
        cases.add(f"integers-{name}", i, o, kernel, data="integers", **options)
    for data in ("huge", "tiny", "denormal", "mixed-magnitudes", "cancelling"):
        cases.add(f"{data}-plain", 3, 2, 3, data=data, padding=1, size=(4, 5))
        cases.add(f"{data}-pointwise", 5, 3, 1, data=data, size=(2, 3))
        cases.add(f"{data}-depthwise", 2, 4, (2, 3), data=data, groups=2, stride=2, size=(5, 6), bias=False)
    cases.add("overflow-pointwise", 4, 2, 1, data="overflow", size=(2, 3))
    cases.add("overflow-3x3", 2, 2, 3, data="overflow", size=(4, 5))


def random_cases(cases, count=180):
    rng = np.random.default_rng(SEED)

    def draw(*choices):
        return choices[rng.integers(len(choices))]

    for number in range(count):
        mode = draw(*MODES)
        kernel = (draw(1, 2, 3, 3, 4, 5), draw(1, 2, 3, 3, 4, 6))
        dilation = (draw(1, 1, 1, 2, 3), draw(1, 1, 1, 2, 3))
        stride = (draw(1, 1, 2, 3), draw(1, 1, 2, 4))
        padding = draw((draw(0, 1, 2, 3), draw(0, 1, 2, 4)), (draw(0, 1, 2), draw(0, 1, 3)), "same", "valid")
        if padding == "same":
            stride = 1
        groups = draw(1, 1, 1, 2, 3)
        per_group_in, per_group_out = draw(1, 2, 3), draw(1, 2)
        extra = (int(rng.integers(0, 5)), int(rng.integers(0, 6)))
        cases.add(
            f"random-{number:03d}", groups * per_group_in, groups * per_group_out, kernel, stride=stride,
            padding=padding, dilation=dilation, groups=groups, bias=bool(rng.integers(2)), mode=mode,
            batch=draw(None, 1, 1, 2), extra=extra,
        )  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------
# Cases: their values
# ---------------------------------------------------------------------------------------------------------------


def values(data, name, shape, weight_shape, out_channels):
    """Input, weight and bias as float32. Seeded by the name, so that a new case leaves the others as they are."""
    rng = np.random.default_rng([SEED, zlib.crc32(name.encode())])

    def normal(shape, scale=1.0):
        return (scale * rng.standard_normal(shape)).astype(np.float32)

    def integers(shape):
        return rng.integers(-8, 9, shape).astype(np.float32)

    if data == "integers":
        return integers(shape), integers(weight_shape), integers(out_channels)
    fan_in = max(1, int(np.prod(weight_shape[1:])))
    x, w, b = normal(shape), normal(weight_shape, fan_in**-0.5), normal(out_channels, 0.5)
    # A weight of zero would turn an infinity into NaN; the generator does not draw one, and this keeps it so.
    w[w == 0] = 1
    if data == "huge":
        x, b = x * np.float32(1e20), b * np.float32(1e20)
    elif data == "tiny":
        x, b = x * np.float32(1e-30), b * np.float32(1e-30)
    elif data == "denormal":
        x, b = x * np.float32(1e-40), b * np.float32(1e-40)
    elif data == "mixed-magnitudes":
        x = x * (10.0 ** rng.integers(-20, 21, shape)).astype(np.float32)
    elif data == "cancelling":
        x, w = x + np.float32(1e4), w - w.mean(dtype=np.float64).astype(np.float32)
    elif data == "overflow":
        # One sign only: the sums reach infinity in any order, and never infinity - infinity.
        x, w, b = np.minimum(1 + abs(x), np.float32(1.5)) * np.float32(2e38), 1 + abs(w), abs(b)
    elif data != "normal":
        poison(data, x)
    return x, w, b


def poison(data, x):
    """NaN and infinities in a corner, in the middle and on an edge; never in the weights."""
    first, second = {
        "nan": (np.nan, np.nan),
        "infinity": (np.inf, np.inf),
        "nan-and-infinities": (np.inf, -np.inf),
    }[data]
    height, width = x.shape[-2:]
    x[0, 0, 0, 0] = first
    x[0, -1, height - 1, width - 1] = second
    x[0, 1, height // 2, width // 2] = np.nan if data == "nan-and-infinities" else first
    if data == "nan-and-infinities":
        x[0, 0, 0, width - 1] = -np.inf


def run_layer(arguments, dtype, x, w, b):
    layer = nn.Conv2d(**arguments, dtype=dtype)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(w))
        if arguments["bias"]:
            layer.bias.copy_(torch.from_numpy(b))
        return layer, layer(torch.from_numpy(x).to(dtype)).contiguous().numpy()


def require_close(name, arguments, x, w, b, single, double):
    """The two outputs must agree within the rounding of a sum, and on where NaN and infinity are."""
    if single.shape != double.shape:
        raise AssertionError(f"{name}: {single.shape} in float32, {double.shape} in float64")
    with np.errstate(over="ignore"):
        rounded = double.astype(np.float32)
    special = ~np.isfinite(rounded)
    if not np.array_equal(single[special], rounded[special], equal_nan=True):
        raise AssertionError(f"{name}: NaN or infinity lie elsewhere in float32 than in float64")
    finite = np.nan_to_num(x, nan=0, posinf=0, neginf=0)
    _, magnitude = run_layer(arguments, torch.float64, abs(finite), abs(w), abs(b))
    terms = int(np.prod(w.shape[1:])) + 1
    if name.startswith("integers") and not np.array_equal(single, double):
        raise AssertionError(f"{name}: sums of small integers are not exact")
    bound = terms * (2.0**-24 * magnitude + 2.0**-149)
    if (abs(single.astype(np.float64) - double) > bound)[~special].any():
        raise AssertionError(f"{name}: float32 strays from float64 by more than {terms} roundings")


def write_cases():
    blob = bytearray()

    def store(array, dtype):
        blob.extend(b"\0" * (-len(blob) % 8))
        offset = len(blob)
        blob.extend(array.astype(dtype).tobytes())
        return {"shape": list(array.shape), "offset": offset}

    lines = []
    for name, case in all_cases().items():
        arguments = case["arguments"]
        weight_shape = (
            arguments["out_channels"], arguments["in_channels"] // arguments["groups"], *arguments["kernel_size"],
        )  # fmt: skip
        x, w, b = values(case["data"], name, case["shape"], weight_shape, arguments["out_channels"])
        layer, single = run_layer(call_arguments(arguments), torch.float32, x, w, b)
        _, double = run_layer(call_arguments(arguments), torch.float64, x, w, b)
        require_close(name, call_arguments(arguments), x, w, b, single, double)
        lines.append(
            {
                "name": name,
                **arguments,
                "repr": repr(layer),
                "input": store(x, "<f4"),
                "weight": store(w, "<f4"),
                "bias_values": store(b, "<f4") if arguments["bias"] else None,
                "output32": store(single, "<f4"),
                "output64": store(double, "<f8"),
            }
        )
    header = {
        "torch": torch.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "cpu": torch.backends.cpu.get_cpu_capability(),
        "seed": SEED,
    }
    (TARGET / "arrays.bin").write_bytes(blob)
    write_json(TARGET / "cases.json", header, {"cases": lines})
    return len(lines)


# ---------------------------------------------------------------------------------------------------------------
# Errors: an attempt is a good call with one or two things changed; PyTorch says which it minds first
# ---------------------------------------------------------------------------------------------------------------

# The first fragment found in a message names the condition. A message that is in neither table stops the script.
MESSAGES = (
    # torch.nn.Conv2d
    ("groups must be a positive integer", "groups-not-positive"),
    ("in_channels must be divisible by groups", "in-channels-not-divisible"),
    ("out_channels must be divisible by groups", "out-channels-not-divisible"),
    ("Invalid padding string", "unknown-padding-string"),
    ("padding='same' is not supported for strided", "same-with-stride"),
    ("padding_mode must be one of", "unknown-mode"),
    # F.pad: two axes are padded of three or four, never of another number.
    ("Padding size 4 is not supported for", "input-rank"),
    ("with possibly 0 batch size and other non-zero dimensions", "pad-empty"),
    ("Padding size should be less than the corresponding input dimension", "reflect-too-large"),
    ("Padding value causes wrapping around more than once", "circular-wraps-twice"),
    # Negative padding crops away more than there is: in the modes' own words, and the allocator's.
    ("Negative padding value is resulting in an empty dimension", "crop-too-large"),
    (" is too small. Calculated output", "crop-too-large"),
    ("numel: integer multiplication overflow", "crop-too-large"),
    # F.conv2d
    ("Expected 3D (unbatched) or 4D (batched) input to conv2d", "input-rank"),
    ("weight should have at least three dimensions", "weight-rank"),
    ("values to match the convolution dimensions, but got stride=", "weight-rank"),
    ("-dimensional input for ", "weight-rank"),
    ("non-positive groups is not supported", "groups-not-positive"),
    ("negative padding is not supported", "negative-padding"),
    ("non-positive stride is not supported", "stride-not-positive"),
    ("non-positive dilation is not supported", "dilation-not-positive"),
    ("dilation should be greater than zero", "dilation-not-positive"),
    ("weight to be at least", "weight-out-channels-under-groups"),
    ("weight to be divisible by", "weight-out-channels-not-divisible"),
    ("channels, but got", "channel-mismatch"),
    ("expected bias to be 1-dimensional with", "bias-shape"),
    ("Kernel size can't be greater than actual input size", "kernel-larger-than-input"),
    ("kernel size should be greater than zero", "kernel-empty"),
    ("Only zero batch or zero channel inputs are supported", "empty-input"),
    ("and bias type", "dtype-mismatch"),
    ("and weight type", "dtype-mismatch"),
    ("expected scalar type", "dtype-mismatch"),
)
# The allocator's words mean one thing in the constructor and another in F.pad.
NEGATIVE_DIMENSION = "Trying to create tensor with negative dimension"

# Refusals that are an accident of the code that happens to run, not a check; all come from kernels without elements.
# If float64, which oneDNN does not serve, has no better answer either, the attempt is left out:
#   - oneDNN cannot describe a convolution whose kernel has no elements;
#   - the shortcut for an empty batch looks at the first element of a weight that has none;
#   - 'same' with an empty kernel takes a negative padding for a length.
ACCIDENTS = (
    "could not create a primitive",
    "select(): index 0 out of range",
    "narrow(): length must be non-negative",
)


def answer(stage, attempt):
    """The attempt's result and None; or None and the condition that stopped it, or the accident."""
    try:
        return attempt(), None
    except (RuntimeError, ValueError, NotImplementedError, IndexError) as refused:
        message = str(refused)
    if NEGATIVE_DIMENSION in message:
        return None, "negative-size" if stage == "constructor" else "crop-too-large"
    for fragment, condition in MESSAGES:
        if fragment in message:
            return None, condition
    for fragment in ACCIDENTS:
        if fragment in message:
            return None, fragment
    raise AssertionError(f"a message without a condition: {message}")


# What can be changed in a good call. Some changes are no fault; they are here for the faults that they may hide.
# Two changes of one setting cannot be had together.
SHARED_CHANGES = {
    "rank 2": {"rank": 2},
    "rank 5": {"rank": 5},
    "unbatched": {"batch": None},
    "batch 0": {"batch": 0},
    "height 0": {"height": 0},
    "width 0": {"width": 0},
    "stride 0": {"stride": [0, 1]},
    "stride -1": {"stride": [1, -1]},
    "stride 2": {"stride": [2, 1]},
    "dilation 0": {"dilation": [0, 1]},
    "dilation -1": {"dilation": [1, -1]},
    "kernel larger": {"kernel_size": [3, 17]},
    "kernel empty": {"kernel_size": [0, 3]},
    "kernel even": {"kernel_size": [2, 4]},
    "no bias": {"bias": None},
    "input dtype": {"input_dtype": "other"},
    "input dtype, no bias": {"input_dtype": "other", "bias": None},
}
FUNCTIONAL_CHANGES = SHARED_CHANGES | {
    "groups 0": {"groups": 0},
    "groups -1": {"groups": -1},
    "input channels 5": {"channels": 5},
    "channels 0": {"channels": 0, "channels_per_group": 0},
    "weight of channels 0": {"channels_per_group": 0},
    "out channels 0": {"out_channels": 0},
    "out channels under groups": {"out_channels": 1},
    "out channels not divisible": {"out_channels": 3},
    "weight rank 2": {"weight_rank": 2},
    "weight rank 3": {"weight_rank": 3},
    "weight rank 5": {"weight_rank": 5},
    "bias length": {"bias": "longer"},
    "bias rank 0": {"bias": "scalar"},
    "bias rank 2": {"bias": "column"},
    "weight dtype": {"weight_dtype": "other"},
    "weight dtype, no bias": {"weight_dtype": "other", "bias": None},
    "bias dtype": {"bias_dtype": "other"},
}
# With the first three every pair of changes is tried; with the others, which are a change themselves, every one.
FUNCTIONAL_PADDINGS = ([0, 0], "same", "valid", [1, 1], [0, -1], [9, 8], "full")
CONSTRUCTOR_CHANGES = {
    "groups 0": {"groups": 0},
    "groups -2": {"groups": -2},
    "in channels 5": {"in_channels": 5},
    "in channels 0": {"in_channels": 0, "channels": 0},
    "in channels -2": {"in_channels": -2},
    "in channels -3": {"in_channels": -3},
    "out channels 5": {"out_channels": 5},
    "out channels 0": {"out_channels": 0},
    "out channels -2": {"out_channels": -2},
    "kernel -1": {"kernel_size": [3, -1]},
    "padding full": {"padding": "full"},
    "padding -1": {"padding": [-1, 0]},
    "strided same": {"padding": "same", "stride": [1, 2]},
    "same of stride 0": {"padding": "same", "stride": [0, 1]},
    "mode mirror": {"padding_mode": "mirror"},
    "stride 0": {"stride": [0, 1]},
    "dilation 0": {"dilation": [0, 1]},
}
MODULE_CHANGES = SHARED_CHANGES | {
    "input channels 5": {"channels": 5},
    "channels 0": {"in_channels": 0, "channels": 0},
    "out channels 0": {"out_channels": 0},
    "padding 0": {"padding": [0, 0]},
    "padding -1": {"padding": [-1, 0]},
    "width cropped to 0": {"padding": [0, -3]},
    "width cropped under 0": {"padding": [0, -4]},
    "height cropped under 0": {"padding": [-4, 0]},
    "both cropped under 0": {"padding": [-3, -4]},
    "height wrapped twice, width cropped under 0": {"padding": [7, -4]},
    "height cropped under 0, width wrapped twice": {"padding": [-4, 7]},
    "padding of the height": {"padding": [5, 1]},
    "padding over the width": {"padding": [1, 7]},
    "same": {"padding": "same"},
    "valid": {"padding": "valid"},
}


def up_to_two(changes):
    """No change, every change, and every two changes that do not touch one setting, with their joined name."""
    yield "nothing", {}
    yield from changes.items()
    for (first, one), (second, other) in itertools.combinations(changes.items(), 2):
        if not one.keys() & other.keys():
            yield f"{first}; {second}", one | other


GOOD_CALL = {
    "rank": 4, "batch": 2, "channels": 4, "height": 5, "width": 6, "out_channels": 4, "kernel_size": [3, 3],
    "stride": [1, 1], "dilation": [1, 1], "groups": 2, "bias": "right",
    "input_dtype": "base", "weight_dtype": "base", "bias_dtype": "base",
}  # fmt: skip


def input_shape(settings):
    shape = [settings["batch"], settings["channels"], settings["height"], settings["width"]]
    if settings["batch"] is None:
        del shape[0]
    return {2: shape[-2:], 4: shape, 5: [1] + shape if len(shape) == 4 else [1, 1] + shape}[settings["rank"]]


def dtypes(settings, base):
    other = {"float32": "float64", "float64": "float32"}[base]
    return {key: {"base": base, "other": other}[settings[key]] for key in ("input_dtype", "weight_dtype", "bias_dtype")}


def zeros(shape, dtype):
    return torch.zeros(shape, dtype=getattr(torch, dtype))


def functional_attempts(base):
    for padding in FUNCTIONAL_PADDINGS:
        for name, changes in up_to_two(FUNCTIONAL_CHANGES):
            if ";" in name and padding not in FUNCTIONAL_PADDINGS[:3]:
                continue
            settings = GOOD_CALL | {"channels_per_group": 2, "weight_rank": 4} | changes
            out = settings["out_channels"]
            weight = [out, settings["channels_per_group"], *settings["kernel_size"], 1]
            bias = {"right": [out], "longer": [out + 1], "column": [out, 1], "scalar": [], None: None}
            types = dtypes(settings, base)
            yield {
                "name": f"padding {by(padding)}: {name}",
                "input_shape": input_shape(settings),
                "input_dtype": types["input_dtype"],
                "weight_shape": weight[: settings["weight_rank"]],
                "weight_dtype": types["weight_dtype"],
                "bias_shape": bias[settings["bias"]],
                "bias_dtype": None if settings["bias"] is None else types["bias_dtype"],
                "stride": settings["stride"],
                "padding": padding,
                "dilation": settings["dilation"],
                "groups": settings["groups"],
            }


def call_functional(row):
    x = zeros(row["input_shape"], row["input_dtype"])
    w = zeros(row["weight_shape"], row["weight_dtype"])
    b = None if row["bias_shape"] is None else zeros(row["bias_shape"], row["bias_dtype"])
    options = [row[key] for key in ("stride", "padding", "dilation", "groups")]
    return row | verdict(*answer("forward", lambda: F.conv2d(x, w, b, *options)))


def module_attempts(base):
    plans = [(mode, CONSTRUCTOR_CHANGES) for mode in ("zeros", "circular")]
    plans += [(mode, MODULE_CHANGES) for mode in MODES]
    for mode, all_changes in plans:
        for name, changes in up_to_two(all_changes):
            settings = GOOD_CALL | {"in_channels": 4, "padding": [1, 1], "padding_mode": mode} | changes
            yield {
                "name": f"{mode}: {name}",
                **{key: settings[key] for key in ARGUMENTS},
                "bias": settings["bias"] is not None,
                "dtype": base,
                "input_shape": input_shape(settings),
                "input_dtype": dtypes(settings, base)["input_dtype"],
            }


def call_module(row):
    arguments = call_arguments({key: row[key] for key in ARGUMENTS})
    layer, refusal = answer("constructor", lambda: nn.Conv2d(**arguments, dtype=getattr(torch, row["dtype"])))
    if refusal:
        return row | {"stage": "constructor"} | verdict(None, refusal)
    x = zeros(row["input_shape"], row["input_dtype"])
    return row | {"stage": "forward"} | verdict(*answer("forward", lambda: layer(x)))


def verdict(output, refusal):
    if refusal:
        return {"condition": refusal}
    dtype = str(output.dtype).removeprefix("torch.")
    return {"condition": None, "output_shape": list(output.shape), "output_dtype": dtype}


def answers(attempts, call):
    """What PyTorch says to every attempt, each taken once, and what was left out and why.

    An attempt is made in float32 and with float32 and float64 changed for each other. oneDNN serves only float32,
    so an answer that is the same in both is a check of PyTorch's, and one that differs depends on the backend.
    """
    rows, left_out, seen = [], [], set()
    for single, double in zip(attempts("float32"), attempts("float64"), strict=True):
        content = json.dumps({key: value for key, value in single.items() if key != "name"})
        if content in seen:
            continue
        seen.add(content)
        both = [call(single), call(double)]
        orderly = [row for row in both if row["condition"] not in ACCIDENTS]
        if len({row["condition"] for row in orderly}) == 1:
            rows.append(orderly[0])
        else:
            float32, float64 = (row["condition"] for row in both)
            left_out.append({"name": single["name"], "float32": float32, "float64": float64})
    return rows, left_out


def write_errors():
    module, module_left_out = answers(module_attempts, call_module)
    functional, functional_left_out = answers(functional_attempts, call_functional)
    lists = {
        "module": module,
        "functional": functional,
        "module_left_out": module_left_out,
        "functional_left_out": functional_left_out,
    }
    write_json(TARGET / "errors.json", {"torch": torch.__version__}, lists)
    return {name: len(rows) for name, rows in lists.items()}


# ---------------------------------------------------------------------------------------------------------------
# Both
# ---------------------------------------------------------------------------------------------------------------


def call_arguments(arguments):
    """As people write them: tuples, and so the repr shows tuples."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in arguments.items()}


def write_json(path, header, lists):
    """An object with a line for every element of its lists, so that diffs stay readable."""

    def dump(value):
        return json.dumps(value, allow_nan=False, separators=(",", ":"))

    parts = [f"{dump(key)}:{dump(value)}" for key, value in header.items()]
    for key, rows in lists.items():
        parts.append(f"{dump(key)}:[\n" + ",\n".join(dump(row) for row in rows) + "\n]")
    path.write_text("{" + ",\n".join(parts) + "}\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    # Layers without elements make the initialiser warn; their weights are replaced anyhow.
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    TARGET.mkdir(parents=True, exist_ok=True)
    print("cases:", write_cases())
    print("attempts:", write_errors())
