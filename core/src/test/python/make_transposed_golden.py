"""Writes the golden files of transposed convolutions with PyTorch as the oracle.

    python3 core/src/test/python/make_transposed_golden.py

rewrites transposed.json and transposed.bin under core/src/test/resources/golden/operations, in the form that
make_operations_golden.py describes. Two runs write the same bytes.
"""

import random
import zlib

import torch
from torch import nn
from torch.nn import functional as F

from make_operations_golden import Cases, numbers

SEED = 20266


def convolve(cases, generator, choose):
    for number in range(200):
        groups = choose.choice([1, 1, 1, 2, 3])
        inputs, outputs = groups * choose.randint(1, 3), groups * choose.randint(1, 3)
        if number % 50 == 0:
            inputs, outputs, groups = 17, 19, 1
        kernel = (choose.randint(1, 5), choose.randint(1, 5))
        stride = (choose.randint(1, 3), choose.randint(1, 3))
        pad = (choose.randint(0, 2), choose.randint(0, 2))
        dilation = (choose.choice([1, 1, 2, 3]), choose.choice([1, 1, 2, 3]))
        more = [choose.randint(0, max(stride[i], dilation[i]) - 1) for i in range(2)]
        if number % 25 == 7:
            more[0] = max(stride[0], dilation[0])  # one too many
        shape = (choose.choice([1, 1, 2]), inputs, choose.randint(1, 4), choose.randint(1, 5))
        if number % 11 == 3:
            shape = shape[1:]
        if number % 31 == 5:
            shape = (0, *shape[-3:])
        given = [numbers(shape, generator), numbers((inputs, outputs // groups, *kernel), generator) * 0.3]
        if number % 3:
            given.append(numbers((outputs,), generator))
        call = lambda x, w, b=None: F.conv_transpose2d(x, w, b, stride, pad, tuple(more), groups, dilation)
        cases.add("conv_transpose2d", given, call, *stride, *pad, *more, groups, *dilation)


def refuse(cases, generator):
    x, w = numbers((1, 4, 3, 3), generator), numbers((4, 2, 3, 3), generator)
    for given, arguments in [
        ([x[:, :3], w], [1, 1, 0, 0, 0, 0, 1, 1, 1]), ([x, w[:, :, 0]], [1, 1, 0, 0, 0, 0, 1, 1, 1]),
        ([x, w, numbers((3,), generator)], [1, 1, 0, 0, 0, 0, 1, 1, 1]), ([x, w], [0, 1, 0, 0, 0, 0, 1, 1, 1]),
        ([x, w], [1, 1, -1, 0, 0, 0, 1, 1, 1]), ([x, w], [1, 1, 0, 0, 0, 0, 3, 1, 1]),
        ([x, w], [1, 1, 0, 0, 0, 0, 1, 0, 1]), ([x, w], [1, 1, 0, 0, 0, 0, 0, 1, 1]),
        ([x, w], [2, 2, 0, 0, -1, 0, 1, 1, 1]), ([x, w], [1, 1, 4, 0, 0, 0, 1, 1, 1]),
        ([x[0, 0], w], [1, 1, 0, 0, 0, 0, 1, 1, 1]), ([x[:, :, :0], w], [1, 1, 0, 0, 0, 0, 1, 1, 1]),
    ]:  # fmt: skip
        sh, sw, ph, pw, oh, ow, groups, dh, dw = arguments
        call = lambda x, w, b=None: F.conv_transpose2d(x, w, b, (sh, sw), (ph, pw), (oh, ow), groups, (dh, dw))
        cases.add("conv_transpose2d", given, call, *arguments)


def sizes(cases, generator):
    layer = nn.ConvTranspose2d(2, 3, 3, stride=2, padding=1)
    x = numbers((1, 2, 4, 5), generator)
    for size in [(7, 9), (8, 10), (7, 10), (9, 9), (6, 9)]:
        call = lambda t, w, b: sized(layer, t, w, b, size)
        cases.add("sized", [x, layer.weight.detach(), layer.bias.detach()], call, *size)


def sized(layer, x, weight, bias, size):
    layer = layer.to(x.dtype)
    layer.weight.data, layer.bias.data = weight, bias
    return layer(x, output_size=size).detach()


def layers(cases):
    for arguments in [dict(), dict(stride=2, padding=1, output_padding=1), dict(groups=2, bias=False, dilation=3)]:
        torch.manual_seed(5)
        layer = nn.ConvTranspose2d(4, 6, (3, 2), **arguments)
        raw = b"".join(p.detach().numpy().tobytes() for p in layer.parameters())
        cases.rows.append({"op": "layer", "text": repr(layer), "crc": zlib.crc32(raw)})


def main():
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(SEED)
    torch.manual_seed(SEED)
    cases = Cases()
    convolve(cases, generator, random.Random(SEED))
    refuse(cases, generator)
    sizes(cases, generator)
    layers(cases)
    cases.write("transposed")


if __name__ == "__main__":
    main()
