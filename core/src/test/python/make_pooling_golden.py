"""Writes the golden files of pooling, padding and resizing with PyTorch as the oracle.

    python3 core/src/test/python/make_pooling_golden.py

rewrites pooling.json and pooling.bin under core/src/test/resources/golden/operations, in the form that
make_operations_golden.py describes; "indices" are where the largest elements are. Two runs write the same bytes.
"""

import random

import torch
from torch import nn
from torch.nn import functional as F

from make_operations_golden import INF, NAN, Cases, numbers

SEED = 20265


def draw(shape, generator, kind):
    """Numbers with ties, infinities and NaNs among them for some kinds."""
    x = numbers(shape, generator)
    if kind == "ties":
        x = (x * 1.5).round()
    if kind == "special" and x.numel():
        flat = x.reshape(-1)
        for value in (NAN, INF, -INF, -0.0, 0.0, NAN):
            flat[int(torch.randint(flat.numel(), (1,), generator=generator))] = value
    return x


def max_pools(cases, generator, choose):
    shapes = [(2, 1, 7, 9), (1, 2, 8, 8), (1, 5, 6), (1, 1, 1, 1), (1, 1, 5, 4), (1, 1, 13, 11), (1, 1, 3, 7), (0, 3, 5, 5),
              (1, 1, 6, 19)]  # fmt: skip
    made = 0
    for number in range(410):
        shape = shapes[number % len(shapes)]
        kernel = (choose.randint(1, 4), choose.randint(1, 4))
        stride = (choose.randint(1, 3), choose.randint(1, 3))
        pad = (choose.randint(0, kernel[0] // 2), choose.randint(0, kernel[1] // 2))
        dilation = (choose.choice([1, 1, 2, 3]), choose.choice([1, 1, 2, 3]))
        ceil = choose.random() < 0.4
        kind = choose.choice(["plain", "ties", "special"])
        if number % 40 == 39:
            pad = (kernel[0], kernel[1])  # more than half the kernel
        x = draw(shape, generator, kind)
        arguments = [*kernel, *stride, *pad, *dilation, int(ceil)]
        call = lambda t: F.max_pool2d(t, kernel, stride, pad, dilation, ceil)
        cases.add("max_pool2d", [x], call, *arguments)
        if "error" not in cases.rows[-1]:
            made += 1
            places = F.max_pool2d(x, kernel, stride, pad, dilation, ceil, return_indices=True)[1]
            cases.rows[-1]["indices"] = {"shape": list(places.shape), "values": places.reshape(-1).tolist()}
    print("max_pool2d without error:", made)
    x = numbers((1, 1, 4, 4), generator)
    for arguments in ([0, 2, 1, 1, 0, 0, 1, 1, 0], [2, 2, 0, 1, 0, 0, 1, 1, 0], [2, 2, 1, 1, -1, 0, 1, 1, 0],
                      [2, 2, 1, 1, 0, 0, 0, 1, 0], [5, 5, 1, 1, 0, 0, 1, 1, 0]):  # fmt: skip
        kh, kw, sh, sw, ph, pw, dh, dw, _ = arguments
        cases.add("max_pool2d", [x], lambda t: F.max_pool2d(t, (kh, kw), (sh, sw), (ph, pw), (dh, dw)), *arguments)
    for shape in [(3, 0, 4), (4, 4), (1, 0, 3, 3), (1, 1, 1, 3, 3), (1, 2, 0, 3)]:
        cases.add("max_pool2d", [numbers(shape, generator)], lambda t: F.max_pool2d(t, 2, 1), 2, 2, 1, 1, 0, 0, 1, 1, 0)


def avg_pools(cases, generator, choose):
    shapes = [(2, 1, 7, 9), (1, 2, 8, 8), (1, 5, 6), (1, 1, 1, 1), (1, 2, 5, 4), (0, 3, 5, 5), (1, 1, 6, 19)]
    for number in range(120):
        shape = shapes[number % len(shapes)]
        kernel = (choose.randint(1, 4), choose.randint(1, 4))
        stride = (choose.randint(1, 3), choose.randint(1, 3))
        pad = (choose.randint(0, kernel[0] // 2), choose.randint(0, kernel[1] // 2))
        ceil = choose.random() < 0.4
        include = choose.random() < 0.5
        divisor = choose.choice([None, None, None, 3, -2, 7])
        x = draw(shape, generator, "plain" if number % 5 else "special")
        call = lambda t: F.avg_pool2d(t, kernel, stride, pad, ceil, include, divisor)
        arguments = [*kernel, *stride, *pad, int(ceil), int(include), divisor or 0]
        cases.add("avg_pool2d", [x], call, *arguments)
    for arguments in ([0, 2, 1, 1, 0, 0], [2, 2, 0, 1, 0, 0], [2, 2, 1, 1, 2, 0], [9, 2, 1, 1, 0, 0]):
        kh, kw, sh, sw, ph, pw = arguments
        x = numbers((1, 1, 4, 4), generator)
        cases.add("avg_pool2d", [x], lambda t: F.avg_pool2d(t, (kh, kw), (sh, sw), (ph, pw)), *arguments, 0, 1, 0)


def adaptive_pools(cases, generator):
    for shape in [(2, 1, 7, 9), (2, 5, 6), (1, 1, 20, 3), (0, 2, 4, 4), (1, 1, 1, 1), (4, 4), (1, 0, 3, 3), (2, 1, 0, 3)]:
        for size in [(1, 1), (2, 3), (7, 9), (10, 4), (None, 2), (3, None), (None, None), (0, 2)]:
            x = draw(shape, generator, "special" if size == (2, 3) else "ties")
            given = [-1 if s is None else s for s in size]
            cases.add("adaptive_avg_pool2d", [x], lambda t: F.adaptive_avg_pool2d(t, size), *given)
            cases.add("adaptive_max_pool2d", [x], lambda t: F.adaptive_max_pool2d(t, size), *given)
            if "error" not in cases.rows[-1]:
                places = F.adaptive_max_pool2d(x, size, return_indices=True)[1]
                cases.rows[-1]["indices"] = {"shape": list(places.shape), "values": places.reshape(-1).tolist()}


def pads(cases, generator):
    layers = {
        "zero": nn.ZeroPad2d, "reflection": nn.ReflectionPad2d, "replication": nn.ReplicationPad2d,
        "circular": nn.CircularPad2d,
    }  # fmt: skip
    for shape in [(2, 1, 4, 5), (1, 4, 3), (1, 1, 2, 2)]:
        for padding in [(0, 0, 0, 0), (1, 1, 1, 1), (1, 0, 0, 1), (2, 1, 1, 2), (0, 3, 1, 0), (-1, 1, 0, -1), (-1, -1, 2, 1)]:
            x = numbers(shape, generator)
            for name, layer in layers.items():
                cases.add(name + "_pad2d", [x], lambda t: layer(padding)(t), *padding)
            cases.add("constant_pad2d", [x], lambda t: nn.ConstantPad2d(padding, 2.5)(t), *padding)


def resizes(cases, generator):
    sizes = [(1, 1), (2, 3), (5, 7), (10, 14), (13, 4), (3, 19)]
    factors = [(2.0, 2.0), (0.5, 0.5), (1.5, 2.5), (3.0, 1.0), (0.3, 1.7), (1.2345, 0.777)]
    for shape in [(1, 1, 5, 7), (1, 1, 1, 1), (2, 1, 3, 8), (0, 2, 4, 4)]:
        for mode in ("nearest", "nearest-exact", "bilinear", "bicubic"):
            for align in (None,) if mode.startswith("nearest") else (False, True):
                x = numbers(shape, generator)
                for size in sizes:
                    call = lambda t: F.interpolate(t, size=size, mode=mode, align_corners=align)
                    cases.add("interpolate", [x], call, mode, bool(align), *size)
                for factor in factors:
                    call = lambda t: F.interpolate(t, scale_factor=factor, mode=mode, align_corners=align)
                    cases.add("interpolate_factor", [x], call, mode, bool(align), *factor)
    x = numbers((1, 1, 4, 4), generator)
    cases.add("interpolate", [x], lambda t: F.interpolate(t, size=(2, 2), mode="nearest", align_corners=True),
              "nearest", True, 2, 2)  # fmt: skip
    cases.add("interpolate", [x], lambda t: F.interpolate(t, size=(0, 2)), "nearest", False, 0, 2)
    cases.add("interpolate", [x[0]], lambda t: F.interpolate(t, size=(2, 2)), "nearest", False, 2, 2)
    cases.add("interpolate_factor", [x], lambda t: F.interpolate(t, scale_factor=(0.1, 1)), "nearest", False, 0.1, 1)


def shuffles(cases, generator):
    for shape in [(2, 8, 3, 5), (18, 2, 3), (1, 2, 4, 6, 4), (1, 9, 1, 1), (1, 3, 6, 6), (4, 4), (0, 4, 2, 2)]:
        for factor in (1, 2, 3, 0):
            x = numbers(shape, generator)
            cases.add("pixel_shuffle", [x], lambda t: F.pixel_shuffle(t, factor), factor)
            cases.add("pixel_unshuffle", [x], lambda t: F.pixel_unshuffle(t, factor), factor)


def prints(cases):
    for layer, text in [
        (nn.MaxPool2d(3), "MaxPool2d:3"), (nn.MaxPool2d(3, 2, 1), "MaxPool2d:3,2,1"),
        (nn.AvgPool2d(2), "AvgPool2d:2"), (nn.AdaptiveAvgPool2d((None, 7)), "AdaptiveAvgPool2d:None,7"),
        (nn.AdaptiveAvgPool2d(1), "AdaptiveAvgPool2d:1"), (nn.AdaptiveMaxPool2d((2, 3)), "AdaptiveMaxPool2d:2,3"),
        (nn.ZeroPad2d(2), "ZeroPad2d:2"), (nn.ReflectionPad2d((1, 2, 3, 4)), "ReflectionPad2d:1,2,3,4"),
        (nn.ConstantPad2d(1, 2.5), "ConstantPad2d:1,2.5"), (nn.Upsample(scale_factor=2, mode="bilinear"), "Upsample:2.0"),
        (nn.Upsample(size=(3, 4)), "Upsample:(3,4)"), (nn.PixelShuffle(2), "PixelShuffle:2"),
        (nn.PixelUnshuffle(3), "PixelUnshuffle:3"),
    ]:  # fmt: skip
        cases.rows.append({"op": "print", "layer": text, "text": repr(layer)})


def main():
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(SEED)
    choose = random.Random(SEED)
    cases = Cases()
    max_pools(cases, generator, choose)
    avg_pools(cases, generator, choose)
    adaptive_pools(cases, generator)
    pads(cases, generator)
    resizes(cases, generator)
    shuffles(cases, generator)
    prints(cases)
    cases.write("pooling")


if __name__ == "__main__":
    main()
