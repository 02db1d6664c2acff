"""Writes the golden files of activations, norms, dropout, linear and flatten with PyTorch as the oracle.

    python3 core/src/test/python/make_layers_golden.py

rewrites, under core/src/test/resources/golden/layers:

cases.json  "layers": a layer, its printed form, its state dict, and steps: an input and what comes out in float32 and in
            float64, in which mode, and for training the buffers afterwards; "exact" asks for PyTorch's very bits
            "initial": seeds, sizes and the weights of fresh linear layers
            "accuracy": linear layers for a seed, their outputs in float64 for random inputs from the same generator,
            and the root mean square of PyTorch's errors in float32
            "bad": calls that PyTorch refuses, with its message, and what ours has to say
arrays.bin  raw little-endian values, every array 8-byte aligned; inputs and state dicts are float32
"""

import json
import warnings
from pathlib import Path

import torch
from torch import nn

SEED = 20262
TARGET = Path(__file__).resolve().parents[1] / "resources" / "golden" / "layers"
INF = float("inf")
NAN = float("nan")

SPECIAL = [
    0.0, 0.1, 0.5, 0.999, 1.0, 2.0, 2.5, 3.0, 3.5, 5.5, 6.0, 6.5, 9.0, 10.0, 17.0, 20.0, 40.0, 88.0, 88.72283, 88.72284,
    95.0, 103.5, 104.5, 700.0, 709.0, 745.0, 750.0, 1e4, 1e13, 1e20, 1e30, 3.4e38, INF,
    1e-3, 1e-8, 1e-20, 1.2e-38, 1e-40, 1.5e-45,
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


def special():
    return torch.tensor(SPECIAL + [-x for x in SPECIAL] + [NAN], dtype=torch.float32)


def spread(count=300):
    small = torch.randn(count) * 2.0 ** torch.randint(-40, 1, (count,))
    return torch.cat([special(), torch.randn(count) * 3, torch.randn(count) * 40, small])


def wild(*shape, huge=1e30):
    """Numbers with a huge one, a small one, and what is none, but for the first of the batch."""
    x = torch.randn(shape)
    flat = x.view(-1)
    for at, value in ((-1, INF), (-7, NAN), (-13, huge), (-20, 1e-41), (-21, -0.0)):
        if len(flat) > 2 * -at:
            flat[at] = value
    return x


def ranks():
    return [torch.randn(()), torch.randn(0), torch.randn(2, 0, 3), torch.randn(2, 3, 4, 2, 1)]


def shuffled(layer):
    """Gives a layer other parameters and buffers than those that it begins with."""
    for name, tensor in layer.state_dict().items():
        if tensor.dtype.is_floating_point:
            tensor.normal_()
            if tensor.dim() == 2:
                tensor.div_(max(1, tensor.size(1)) ** 0.5)
            if name == "running_var":
                tensor.abs_().add_(0.1)
    return layer


# ---- layers: name, arguments, exact, inputs, modes


def activations():
    for name, args in (
        ("ReLU", {}), ("ReLU", {"inplace": True}), ("ReLU6", {}), ("ReLU6", {"inplace": True}),
    ):  # fmt: skip
        yield name, args, True, [spread(), *ranks()], "eval"
    for name, args in (
        ("Hardtanh", {}), ("Hardtanh", {"min_val": -0.5, "max_val": 2.25, "inplace": True}), ("Hardswish", {}),
        ("Hardsigmoid", {}), ("LeakyReLU", {}), ("LeakyReLU", {"negative_slope": 0.2, "inplace": True}),
        ("LeakyReLU", {"negative_slope": -1.5}), ("LeakyReLU", {"negative_slope": 0.0}),
        ("LeakyReLU", {"negative_slope": 1.0}), ("PReLU", {}),
    ):  # fmt: skip
        yield name, args, True, [spread(40), *ranks()], "eval"
    yield "PReLU", {"num_parameters": 3}, True, [wild(2, 3, 4, 5), torch.randn(4, 3), torch.randn(0, 3, 2)], "eval"
    for name, args in (
        ("SiLU", {}), ("SiLU", {"inplace": True}), ("ELU", {}), ("ELU", {"alpha": 2.5, "inplace": True}),
        ("GELU", {"approximate": "tanh"}), ("Sigmoid", {}), ("Tanh", {}),
    ):  # fmt: skip
        yield name, args, False, [spread(120), *ranks()], "eval"
    # From 2^127 on, PyTorch's vector code overflows; its code for single numbers does not.
    most = spread(120)
    yield "GELU", {}, False, [most[~(most > 1e38)], torch.tensor([3.4e38]), torch.tensor([INF]), *ranks()], "eval"
    for name in ("Softmax", "LogSoftmax"):
        long = torch.cat([torch.randn(1100) * 9, torch.tensor([-INF, -1e30, 80.0])])
        for dim, inputs in (
            (0, [torch.randn(()), torch.randn(7), torch.randn(3, 5) * 20, torch.randn(0, 3)]),
            (1, [torch.randn(2, 17, 3, 5) * 20, torch.randn(2, 3), torch.randn(2, 0), wild(3, 5, 9)]),
            (-1, [long, torch.randn(3, 4, 9) * 100, torch.full((2, 3), -INF), torch.full((3,), 3e38), wild(3, 9)]),
            (2, [torch.randn(1, 2, 3, 600)]),
            (None, [torch.randn(3), torch.randn(2, 3), torch.randn(2, 3, 2), torch.randn(2, 3, 2, 2)]),
        ):  # fmt: skip
            yield name, {"dim": dim}, False, inputs, "eval"


def norms():
    # Squares beyond float32 are too much for PyTorch's group norm and those after it, not for ours: 1e18 then.
    rows = [torch.randn(2, 3, 5, 7) * 2 + 1, torch.randn(0, 3, 2, 2), torch.randn(2, 3, 0, 4), wild(2, 3, 4, 5)]
    yield "BatchNorm2d", {"num_features": 3}, True, rows, "eval"
    yield "BatchNorm2d", {"num_features": 3, "eps": 0.5, "affine": False}, True, rows, "eval"
    yield "BatchNorm2d", {"num_features": 17}, True, [torch.randn(3, 17, 1, 1), torch.randn(1, 17, 9, 9)], "eval"
    yield "BatchNorm2d", {"num_features": 3, "eps": 0.0}, True, rows[:1], "eval"
    yield "BatchNorm2d", {"num_features": 3, "bias": False}, True, rows, "eval"
    for args in (
        {}, {"momentum": None}, {"momentum": 0.3, "eps": 1e-3}, {"momentum": 0.0}, {"affine": False},
        {"track_running_stats": False}, {"momentum": 1.0}, {"bias": False},
    ):  # fmt: skip
        steps = [torch.randn(2, 3, 5, 7) * 2 + 1, torch.randn(1, 3, 1, 2) * 30, torch.randn(0, 3, 2, 2)]
        steps += [torch.randn(4, 3, 3, 3) * 1e-3 + 5, torch.ones(2, 3, 2, 2) * 4, wild(2, 3, 4, 5)]
        yield "BatchNorm2d", {"num_features": 3, **args}, False, steps, "train"
    yield "BatchNorm2d", {"num_features": 3, "track_running_stats": False}, False, rows, "eval"
    for args in ({}, {"affine": True}, {"affine": True, "track_running_stats": True, "eps": 1e-3}):
        for mode in ("eval", "train"):
            # Without images, PyTorch's running statistics become NaN; ours stay.
            steps = [torch.randn(2, 3, 5, 7) * 2 + 1, torch.randn(3, 4, 6) * 4, torch.randn(5, 3, 1, 2), *rows[2:]]
            yield "InstanceNorm2d", {"num_features": 3, **args}, False, steps, mode
    yield "InstanceNorm2d", {"num_features": 3}, False, [torch.randn(2, 5, 3, 3), rows[1]], "eval"
    yield "InstanceNorm2d", {"num_features": 3, "affine": True, "bias": False}, False, rows[:1], "eval"
    yield "InstanceNorm2d", {"num_features": 3, "momentum": None, "track_running_stats": True}, False, rows[:1], "train"
    for args in ((1, 6, {}), (2, 6, {"eps": 0.1}), (3, 6, {"affine": False}), (6, 6, {}), (2, 6, {"bias": False})):
        shapes = ((2, 6, 5, 7), (1, 6, 2), (0, 6, 3), (2, 6, 0), (3, 6, 2, 3, 2), *([(4, 6)] if args[0] < 6 else []))
        inputs = [torch.randn(shape) * 3 - 1 for shape in shapes] + [wild(2, 6, 3, 4, huge=1e18)]
        yield "GroupNorm", {"num_groups": args[0], "num_channels": args[1], **args[2]}, False, inputs, "eval"
    for args in (
        {"normalized_shape": 7}, {"normalized_shape": [5, 7], "eps": 0.1}, {"normalized_shape": [7], "bias": False},
        {"normalized_shape": [3, 5, 7], "elementwise_affine": False},
    ):  # fmt: skip
        inputs = [torch.randn(2, 3, 5, 7) * 3 - 1, torch.randn(0, 3, 5, 7), wild(2, 3, 5, 7, huge=1e18)]
        yield "LayerNorm", args, False, inputs, "eval"
    yield "LayerNorm", {"normalized_shape": 1}, False, [torch.randn(3, 1)], "eval"
    yield "LayerNorm", {"normalized_shape": 1100}, False, [torch.randn(2, 1100)], "eval"
    yield "LayerNorm", {"normalized_shape": 0}, False, [torch.randn(3, 0)], "eval"
    for args in (
        {"size": 5}, {"size": 2}, {"size": 1, "alpha": 0.5}, {"size": 9, "alpha": 0.1, "beta": 0.5, "k": 2.0},
        {"size": 4, "alpha": 1.0, "beta": 1.25, "k": 0.0},
    ):  # fmt: skip
        shapes = ((2, 7, 4, 5), (2, 3, 4), (0, 3, 2, 2), (2, 0, 3, 3), (2, 3, 0, 1), (1, 3, 2, 2, 2), (1, 1, 23, 23))
        inputs = [torch.randn(shape) * 3 for shape in shapes] + [wild(2, 3, 4, 5, huge=1e18)]
        yield "LocalResponseNorm", args, False, inputs, "eval"


def others():
    for sizes in ((5, 3), (1, 1), (16, 4), (48, 17), (40, 9), (1100, 7), (0, 4), (4, 0)):
        for bias in (True, False):
            last = sizes[0]
            inputs = [torch.randn(last), torch.randn(1, last), torch.randn(2, last), torch.randn(19, last)]
            inputs += [torch.randn(2, 0, last), torch.randn(3, 1, 2, last)]
            args = {"in_features": sizes[0], "out_features": sizes[1], "bias": bias}
            yield "Linear", args, False, inputs if bias else inputs[:2], "eval"
    yield "Linear", {"in_features": 21, "out_features": 3}, False, [wild(4, 21)], "eval"
    for args, shape in (
        ({}, (2, 3, 4)), ({}, (2, 3)), ({"start_dim": 0}, ()), ({"start_dim": 0}, (2, 3)), ({}, (0, 3, 2)),
        ({"start_dim": -2, "end_dim": 2}, (2, 3, 4)), ({"start_dim": 1, "end_dim": 2}, (2, 3, 4, 5)),
        ({"start_dim": 0}, (3,)), ({"start_dim": -1}, (2, 3)), ({}, (2, 3, 0)),
    ):  # fmt: skip
        yield "Flatten", args, True, [torch.randn(shape)], "train"
    for name in ("Dropout", "Dropout2d"):
        for args in ({}, {"p": 0.2, "inplace": True}):
            yield name, args, True, [wild(2, 3, 4, 5), *ranks()], "eval"
        yield name, {"p": 0.0}, True, [wild(2, 3, 4, 5)], "train"


def built(name, args):
    return getattr(nn, name)(**args)


def stepped(arrays, layer, x, mode):
    """Returns one step's row, in both types."""
    row = {"input": arrays.place(x)}
    for bits, kind, copy in (("32", torch.float32, layer[0]), ("64", torch.float64, layer[1])):
        copy.train(mode == "train")
        row["output" + bits] = arrays.place(copy(x.to(kind, copy=True)))
        if mode == "train":
            row["buffers" + bits] = {n: arrays.place(b.to(kind)) for n, b in copy.named_buffers()}
    return row


def layers(arrays):
    torch.manual_seed(SEED)
    rows = []
    for family in (activations, norms, others):
        for name, args, exact, inputs, mode in family():
            layer = shuffled(built(name, args))
            state = {n: arrays.place(t.float()) for n, t in layer.state_dict().items()}
            both = (layer, built(name, args).double())
            both[1].load_state_dict(layer.state_dict())
            row = {"layer": name, "args": args, "repr": repr(layer), "mode": mode, "exact": exact, "state": state}
            row["steps"] = [stepped(arrays, both, x, mode) for x in inputs]
            rows.append(row)
    return rows


def initial(arrays):
    rows = []
    for seed, sizes, bias in ((1, (5, 3), True), (2, (16, 40), False), (3, (0, 4), True), (-4, (300, 1), True)):
        row = {"seed": seed, "in_features": sizes[0], "out_features": sizes[1], "bias": bias}
        for bits, dtype in (("32", torch.float32), ("64", torch.float64)):
            torch.manual_seed(seed)
            layer = nn.Linear(*sizes, bias=bias, dtype=dtype)
            row["state" + bits] = {n: arrays.place(t) for n, t in layer.state_dict().items()}
        rows.append(row)
    return rows


def accuracy(arrays):
    rows = []
    for seed, sizes, batch in ((5, (25088, 40), 4), (6, (2048, 100), 1), (7, (300, 60), 9), (8, (4096, 50), 17)):
        torch.manual_seed(seed)
        layer = nn.Linear(*sizes)
        x = torch.randn(batch, sizes[0])
        single = layer(x)
        exact = layer.double()(x.double())
        row = {"seed": seed, "in_features": sizes[0], "out_features": sizes[1], "batch": batch}
        row["rms"] = (single - exact).square().mean().sqrt().item()
        rows.append({**row, "output64": arrays.place(exact)})
    return rows


# ---- calls that are refused: name, arguments, input's shape, dtype, mode, what our message has

BAD = [
    ("BatchNorm2d", {"num_features": 3}, (3, 2, 2), "float32", "train", "expected an input (N, 3, H, W)"),
    ("BatchNorm2d", {"num_features": 3}, (2, 3), "float32", "eval", "expected an input (N, 3, H, W)"),
    ("BatchNorm2d", {"num_features": 3}, (2, 4, 2, 2), "float32", "eval", "expected an input (N, 3, H, W)"),
    ("BatchNorm2d", {"num_features": 3}, (1, 3, 1, 1), "float32", "train", "more than 1 value for each channel"),
    ("BatchNorm2d", {"num_features": 3}, (2, 3, 1, 1), "float64", "eval", "of dtype float32, but got float64"),
    ("BatchNorm2d", {"num_features": 3, "eps": 0.0}, (2, 3, 1, 1), "float32", "train", "eps must be more than 0"),
    ("BatchNorm2d", {"num_features": 3, "eps": -1.0}, (2, 3, 1, 1), "float32", "eval", "eps must be 0 or more"),
    ("BatchNorm2d", {"num_features": -1}, (2, 3, 1, 1), "float32", "eval", "num_features must be 0 or more"),
    ("Linear", {"in_features": -1, "out_features": 2}, (2, 3), "float32", "eval", "features must be 0 or more"),
    ("Linear", {"in_features": 3, "out_features": -2}, (2, 3), "float32", "eval", "features must be 0 or more"),
    ("Linear", {"in_features": 3, "out_features": 2}, (2, 4), "float32", "eval", "expected an input (..., 3)"),
    ("Linear", {"in_features": 3, "out_features": 2}, (4,), "float32", "eval", "expected an input (..., 3)"),
    ("Linear", {"in_features": 3, "out_features": 2}, (), "float32", "eval", "expected an input (..., 3)"),
    ("Linear", {"in_features": 3, "out_features": 2}, (2, 3), "float64", "eval", "dtype float32, but got float64"),
    ("Flatten", {}, (3,), "float32", "eval", "[-1, 0]"),
    ("Flatten", {}, (), "float32", "eval", "[-1, 0]"),
    ("Flatten", {"start_dim": 3}, (2, 3, 4), "float32", "eval", "[-3, 2]"),
    ("Flatten", {"end_dim": 5}, (2, 3, 4), "float32", "eval", "[-3, 2]"),
    ("Flatten", {"start_dim": 2, "end_dim": 1}, (2, 3, 4), "float32", "eval", "2 and 1"),
    ("Dropout", {"p": -0.1}, (3,), "float32", "eval", "p must be within [0, 1]"),
    ("Dropout", {"p": 1.1}, (3,), "float32", "eval", "p must be within [0, 1]"),
    ("Dropout2d", {"p": 1.1}, (3,), "float32", "eval", "p must be within [0, 1]"),
    ("Dropout2d", {}, (3,), "float32", "train", "expected an input (N, C, ...)"),
    ("Hardtanh", {"min_val": 2.0, "max_val": 1.0}, (3,), "float32", "eval", "max_val must be more than min_val"),
    ("Hardtanh", {"min_val": 1.0, "max_val": 1.0}, (3,), "float32", "eval", "max_val must be more than min_val"),
    ("GELU", {"approximate": "sigmoid"}, (3,), "float32", "eval", "approximate must be none or tanh"),
    ("PReLU", {"num_parameters": -1}, (3,), "float32", "eval", "num_parameters must be 0 or more"),
    ("PReLU", {"num_parameters": 3}, (2, 4), "float32", "eval", "expected an input (N, 3, ...)"),
    ("PReLU", {"num_parameters": 3}, (3,), "float32", "eval", "expected an input (N, 3, ...)"),
    ("PReLU", {"num_parameters": 3}, (), "float32", "eval", "expected an input (N, 3, ...)"),
    ("Softmax", {"dim": 2}, (2, 3), "float32", "eval", "expected a dim within [-2, 1]"),
    ("Softmax", {"dim": -3}, (2, 3), "float32", "eval", "expected a dim within [-2, 1]"),
    ("Softmax", {"dim": 1}, (), "float32", "eval", "expected a dim within [-1, 0]"),
    ("LogSoftmax", {"dim": 1}, (3,), "float32", "eval", "expected a dim within [-1, 0]"),
    ("InstanceNorm2d", {"num_features": 3}, (2, 3), "float32", "eval", "expected an input (N, C, H, W) or (C, H, W)"),
    ("InstanceNorm2d", {"num_features": 3}, (2, 3, 1, 1), "float32", "eval", "more than 1 value for each mean"),
    ("InstanceNorm2d", {"num_features": 3}, (3, 1, 1), "float32", "train", "more than 1 value for each mean"),
    ("InstanceNorm2d", {"num_features": 3}, (0, 3, 1, 1), "float32", "train", "more than 1 value for each mean"),
    ("InstanceNorm2d", {"num_features": 3, "affine": True}, (2, 4, 2, 2), "float32", "eval", "input (N, 3, H, W)"),
    ("InstanceNorm2d", {"num_features": 3, "track_running_stats": True}, (4, 2, 2), "float32", "eval", "(3, H, W)"),
    ("InstanceNorm2d", {"num_features": 3, "affine": True}, (2, 3, 2, 2), "float64", "eval", "of dtype float32"),
    ("GroupNorm", {"num_groups": 2, "num_channels": 3}, (2, 3), "float32", "eval", "must be a multiple of num_groups"),
    ("GroupNorm", {"num_groups": 0, "num_channels": 3}, (2, 3), "float32", "eval", "num_groups must be 1 or more"),
    ("GroupNorm", {"num_groups": 2, "num_channels": 4}, (4,), "float32", "eval", "expected an input (N, C, ...)"),
    ("GroupNorm", {"num_groups": 2, "num_channels": 4}, (2, 6, 3), "float32", "eval", "expected an input (N, 4, ...)"),
    ("GroupNorm", {"num_groups": 4, "num_channels": 4}, (1, 4), "float32", "eval", "more than 1 value for each mean"),
    ("GroupNorm", {"num_groups": 4, "num_channels": 4}, (1, 4, 1), "float32", "eval", "more than 1 value"),
    ("GroupNorm", {"num_groups": 2, "num_channels": 4}, (2, 4, 3), "float64", "eval", "of dtype float32"),
    ("LayerNorm", {"normalized_shape": []}, (3,), "float32", "eval", "1 dimension or more"),
    ("LayerNorm", {"normalized_shape": -1}, (3,), "float32", "eval", "sizes of 0 or more"),
    ("LayerNorm", {"normalized_shape": 3}, (2, 4), "float32", "eval", "last dimensions are [3]"),
    ("LayerNorm", {"normalized_shape": [2, 3]}, (3,), "float32", "eval", "last dimensions are [2, 3]"),
    ("LayerNorm", {"normalized_shape": 3}, (), "float32", "eval", "last dimensions are [3]"),
    ("LayerNorm", {"normalized_shape": 3}, (2, 3), "float64", "eval", "of dtype float32"),
    ("LocalResponseNorm", {"size": 2}, (2, 3), "float32", "eval", "of rank 3 or more"),
    ("LocalResponseNorm", {"size": 0}, (2, 3, 4, 4), "float32", "eval", "size must be 1 or more"),
]


def bad():
    rows = []
    for name, args, shape, dtype, mode, ours in BAD:
        try:
            built(name, args).train(mode == "train")(torch.ones(shape, dtype=getattr(torch, dtype)))
        except (RuntimeError, ValueError, IndexError, AssertionError, ZeroDivisionError) as error:
            row = {"layer": name, "args": args, "input": list(shape), "dtype": dtype, "mode": mode, "ours": ours}
            rows.append({**row, "torch": str(error).splitlines()[0]})
        else:
            raise AssertionError(f"PyTorch takes {name} {args} {shape}")
    return rows


def main():
    arrays = Arrays()
    parts = {"layers": layers(arrays), "initial": initial(arrays), "accuracy": accuracy(arrays), "bad": bad()}

    def lines(rows):
        return ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)

    text = f'{{"torch":{json.dumps(torch.__version__)}'
    for name, rows in parts.items():
        text += f',\n"{name}":[\n{lines(rows)}\n]'
    TARGET.mkdir(parents=True, exist_ok=True)
    (TARGET / "cases.json").write_text(text + "}\n", encoding="utf-8", newline="\n")
    (TARGET / "arrays.bin").write_bytes(bytes(arrays.content))


if __name__ == "__main__":
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    main()
