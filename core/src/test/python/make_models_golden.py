"""Writes the golden files of the networks with PyTorch and torchvision as the oracle.

    python3 core/src/test/python/make_models_golden.py

rewrites, under core/src/test/resources/golden/models:

prints.txt  what PyTorch prints of every network in its default size, each after a line "== name"
keys.txt    the state dict of every network in its default size, a key and its sizes a line, each after "== name"
cases.json  "initial": networks as they are right after torch.manual_seed(seed), by the SHA-256 of their state dict;
            "outputs": small versions of all networks with random parameters and random batch-norm statistics, in
            evaluation mode, by where their output in float64 lies, and how far off PyTorch's own float32 is
arrays.bin  raw little-endian float64 values, every array 8-byte aligned

The parameters themselves are not in the files: they follow from the seed. randomise() says how; the SHA-256 of the state
dict (float32, in its order, without num_batches_tracked) is there to tell other parameters from a wrong output.

The networks are torchvision's, with its classes. What torchvision has no option for, a multiplier of all channel counts
as in MobileNetV2, is done below the classes, where they make their layers. LeNet5 and UNet, which torchvision does not
have, are written here.
"""

import hashlib
import json
import sys
from contextlib import contextmanager
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn


def import_torchvision():
    """Imports it even where its compiled operators do not load: no network here needs them."""
    try:
        import torchvision.models
    except RuntimeError:
        for name in [name for name in sys.modules if name.startswith("torchvision")]:
            del sys.modules[name]
        library = torch.library.Library("torchvision", "DEF")
        for name in ("nms", "qnms"):
            library.define(name + "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        import torchvision.models

        torchvision.models.conv4j_keeps = library
    return torchvision.models


models = import_torchvision()
SEED = 20264
TARGET = Path(__file__).resolve().parents[1] / "resources" / "golden" / "models"


class LeNet5(nn.Module):
    def __init__(self, num_classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, num_classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = F.relu(self.fc1(torch.flatten(x, 1)))
        return self.fc3(F.relu(self.fc2(x)))


class DoubleConv(nn.Module):
    def __init__(self, inputs, outputs, between=None):
        super().__init__()
        layers = []
        for channels, wanted in ((inputs, between or outputs), (between or outputs, outputs)):
            layers += [nn.Conv2d(channels, wanted, 3, padding=1, bias=False), nn.BatchNorm2d(wanted), nn.ReLU(True)]
        self.double_conv = nn.Sequential(*layers)

    def forward(self, x):
        return self.double_conv(x)


class Down(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.maxpool_conv = nn.Sequential(nn.MaxPool2d(2), DoubleConv(inputs, outputs))

    def forward(self, x):
        return self.maxpool_conv(x)


class Up(nn.Module):
    def __init__(self, inputs, outputs, bilinear):
        super().__init__()
        if bilinear:
            self.up = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)
            self.conv = DoubleConv(inputs, outputs, inputs // 2)
        else:
            self.up = nn.ConvTranspose2d(inputs, inputs // 2, kernel_size=2, stride=2)
            self.conv = DoubleConv(inputs, outputs)

    def forward(self, x, skip):
        x = self.up(x)
        height, width = (there - here for there, here in zip(skip.shape[2:], x.shape[2:]))
        x = F.pad(x, [width // 2, width - width // 2, height // 2, height - height // 2])
        return self.conv(torch.cat([skip, x], 1))


class OutConv(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel_size=1)

    def forward(self, x):
        return self.conv(x)


class UNet(nn.Module):
    def __init__(self, n_channels=3, num_classes=2, bilinear=False):
        super().__init__()
        half = 2 if bilinear else 1
        self.inc = DoubleConv(n_channels, 64)
        self.down1 = Down(64, 128)
        self.down2 = Down(128, 256)
        self.down3 = Down(256, 512)
        self.down4 = Down(512, 1024 // half)
        self.up1 = Up(1024, 512 // half, bilinear)
        self.up2 = Up(512, 256 // half, bilinear)
        self.up3 = Up(256, 128 // half, bilinear)
        self.up4 = Up(128, 64, bilinear)
        self.outc = OutConv(64, num_classes)

    def forward(self, x):
        levels = [self.inc(x)]
        for down in (self.down1, self.down2, self.down3, self.down4):
            levels.append(down(levels[-1]))
        x = levels.pop()
        for up in (self.up1, self.up2, self.up3, self.up4):
            x = up(x, levels.pop())
        return self.outc(x)


BUILDERS = {
    "lenet5": LeNet5,
    "alexnet": models.alexnet,
    "vgg11": models.vgg11,
    "vgg11_bn": models.vgg11_bn,
    "vgg13": models.vgg13,
    "vgg13_bn": models.vgg13_bn,
    "vgg16": models.vgg16,
    "vgg16_bn": models.vgg16_bn,
    "vgg19": models.vgg19,
    "vgg19_bn": models.vgg19_bn,
    "resnet18": models.resnet18,
    "resnet34": models.resnet34,
    "resnet50": models.resnet50,
    "resnet101": models.resnet101,
    "resnet152": models.resnet152,
    "resnext50_32x4d": models.resnext50_32x4d,
    "mobilenet_v2": models.mobilenet_v2,
    "squeezenet1_0": models.squeezenet1_0,
    "squeezenet1_1": models.squeezenet1_1,
    # densenet121() itself fixes growth_rate, block_config and num_init_features, as the class does by default.
    "densenet121": models.DenseNet,
    "unet": UNet,
}


@contextmanager
def widths(multiplier, kept):
    """Makes the layers made within with as many times their channels, rounded down; but not those that are kept."""

    def scaled(channels):
        return channels if channels in kept else int(channels * multiplier)

    def conv(inputs, outputs, *args, **kwargs):
        return true_conv(scaled(inputs), scaled(outputs), *args, **kwargs)

    def transposed(inputs, outputs, *args, **kwargs):
        return true_transposed(scaled(inputs), scaled(outputs), *args, **kwargs)

    def norm(channels):
        return true_norm(scaled(channels))

    def linear(inputs, outputs):
        return true_linear(scaled(inputs), scaled(outputs))

    true_conv, true_transposed, true_norm, true_linear = nn.Conv2d, nn.ConvTranspose2d, nn.BatchNorm2d, nn.Linear
    layers = {"Conv2d": conv, "ConvTranspose2d": transposed, "BatchNorm2d": norm, "Linear": linear}
    classes = {name: getattr(nn, name) for name in layers}
    # The classes of the layers are asked for by isinstance when the parameters get their first values.
    for name, layer in layers.items():
        class Scaled(type):
            def __call__(cls, *args, _layer=layer, **kwargs):
                return _layer(*args, **kwargs)

            def __instancecheck__(cls, instance, _class=classes[name]):
                return isinstance(instance, _class)

        setattr(nn, name, Scaled(name, (), {}))
    try:
        yield
    finally:
        for name, kind in classes.items():
            setattr(nn, name, kind)


def build(name, options):
    """Returns a network; width_mult is torchvision's option for mobilenet_v2 alone."""
    options = dict(options)
    if name == "mobilenet_v2" or "width_mult" not in options:
        return BUILDERS[name](**options)
    kept = {3, options["num_classes"], options.get("n_channels", 3)}
    with widths(options.pop("width_mult"), kept):
        return BUILDERS[name](**options)


def randomise(model, gain, generator):
    """Sets every parameter and statistic, in the state dict's order."""
    state = model.state_dict()
    for key, tensor in state.items():
        if key.endswith("num_batches_tracked"):
            continue
        if key.endswith("running_var") or (key.endswith("weight") and tensor.dim() == 1):
            tensor.uniform_(0.5, 1.5, generator=generator)
        else:
            std = gain / (tensor.numel() // tensor.shape[0]) ** 0.5 if tensor.dim() > 1 else 0.1
            tensor.copy_(torch.randn(tensor.shape, generator=generator) * std)
    model.load_state_dict(state)


def digest(model):
    sha = hashlib.sha256()
    for key, tensor in model.state_dict().items():
        if not key.endswith("num_batches_tracked"):
            sha.update(tensor.detach().contiguous().numpy().tobytes())
    return sha.hexdigest()


# Name, options, seed. The second mobilenet_v2 has kernels of fewer than 16 elements, which PyTorch draws another way.
INITIAL = [
    ("resnet18", {}, 0),
    ("lenet5", {}, 1),
    ("alexnet", {"num_classes": 20, "width_mult": 0.25}, 2),
    ("vgg11", {"num_classes": 20, "width_mult": 0.25}, 3),
    ("vgg11_bn", {"num_classes": 20, "width_mult": 0.25}, 4),
    ("resnet34", {"num_classes": 20, "width_mult": 0.25, "zero_init_residual": True}, 5),
    ("resnet50", {"num_classes": 20, "width_mult": 0.25, "zero_init_residual": True}, 6),
    ("resnext50_32x4d", {"num_classes": 20, "width_mult": 0.25}, 7),
    ("mobilenet_v2", {"num_classes": 20, "width_mult": 0.5}, 8),
    ("mobilenet_v2", {"num_classes": 20, "width_mult": 0.03, "round_nearest": 1}, 14),
    ("unet", {"num_classes": 2, "width_mult": 0.25}, 12),
    ("unet", {"num_classes": 5, "n_channels": 1, "width_mult": 0.25, "bilinear": True}, 13),
    ("squeezenet1_0", {"num_classes": 20, "width_mult": 0.25}, 9),
    ("squeezenet1_1", {}, 10),
    ("densenet121", {"num_classes": 20, "growth_rate": 8, "num_init_features": 16}, 11),
]

SMALL = {"num_classes": 100, "width_mult": 0.125}
SETTING = [[1, 8, 1, 1], [4, 12, 2, 2], [6, 20, 3, 2], [3, 24, 2, 1]]

# Name, options, gain of the random weights, input. The gains keep outputs of deep networks within 1e-2 .. 1e2.
OUTPUTS = [
    ("lenet5", {}, 1.4, (4, 1, 32, 32)),
    ("lenet5", {"num_classes": 26}, 1.4, (4, 1, 32, 32)),
    ("alexnet", SMALL, 1.4, (2, 3, 96, 80)),
    ("alexnet", {"num_classes": 30, "width_mult": 0.25, "dropout": 0.1}, 1.4, (1, 3, 63, 63)),
    *((name, SMALL, 1.4, (2, 3, 64, 48)) for name in BUILDERS if name.startswith("vgg") and "bn" not in name),
    *((name, SMALL, 1.2, (2, 3, 64, 48)) for name in BUILDERS if name.startswith("vgg") and "bn" in name),
    *((name, SMALL, 1.0, (2, 3, 64, 96)) for name in ("resnet18", "resnet34", "resnet50")),
    *((name, SMALL, 0.9, (2, 3, 64, 96)) for name in ("resnet101", "resnet152")),
    ("resnet18", {"num_classes": 100, "width_mult": 0.1875}, 1.0, (2, 3, 45, 75)),
    ("resnext50_32x4d", {"num_classes": 100, "width_mult": 0.25}, 1.0, (2, 3, 64, 64)),
    ("resnet50", {**SMALL, "groups": 4, "width_per_group": 32}, 1.0, (2, 3, 64, 64)),
    ("resnet50", {**SMALL, "width_per_group": 128}, 1.0, (2, 3, 33, 47)),
    ("resnet50", {**SMALL, "replace_stride_with_dilation": [False, True, True]}, 1.0, (2, 3, 64, 64)),
    ("resnet50", {**SMALL, "replace_stride_with_dilation": [True, False, False]}, 1.0, (2, 3, 50, 64)),
    ("mobilenet_v2", {"num_classes": 100, "width_mult": 0.35}, 1.2, (2, 3, 64, 96)),
    ("mobilenet_v2", {"num_classes": 100, "width_mult": 1.4, "dropout": 0.5}, 1.2, (1, 3, 64, 64)),
    ("mobilenet_v2", {"num_classes": 100, "width_mult": 0.3, "round_nearest": 1}, 1.2, (2, 3, 65, 47)),
    ("mobilenet_v2", {"num_classes": 100, "inverted_residual_setting": SETTING}, 1.2, (2, 3, 64, 64)),
    ("squeezenet1_0", {"num_classes": 100, "width_mult": 0.25}, 1.55, (2, 3, 96, 70)),
    ("squeezenet1_1", {"num_classes": 100, "width_mult": 0.25}, 1.55, (2, 3, 96, 70)),
    ("densenet121", {"num_classes": 100, "growth_rate": 6, "num_init_features": 12}, 1.5, (2, 3, 64, 64)),
    ("densenet121", {"num_classes": 100, "growth_rate": 8, "num_init_features": 16, "bn_size": 2, "drop_rate": 0.2,
                     "block_config": [2, 3, 4, 2]}, 1.8, (2, 3, 75, 64)),
    ("unet", {"num_classes": 2, "width_mult": 0.125}, 1.2, (1, 3, 48, 32)),
    ("unet", {"num_classes": 4, "n_channels": 1, "width_mult": 0.125}, 1.2, (1, 1, 37, 50)),
    ("unet", {"num_classes": 2, "width_mult": 0.125, "bilinear": True}, 1.2, (1, 3, 32, 48)),
    ("unet", {"num_classes": 4, "n_channels": 1, "width_mult": 0.125, "bilinear": True}, 1.2, (1, 1, 50, 37)),
]  # fmt: skip


class Arrays:
    """The bytes of arrays.bin."""

    def __init__(self):
        self.content = bytearray()

    def place(self, tensor):
        offset = len(self.content)
        self.content += tensor.detach().contiguous().numpy().tobytes()
        return {"shape": list(tensor.shape), "offset": offset}


def structures():
    prints = []
    keys = []
    with torch.device("meta"):
        for name, builder in BUILDERS.items():
            model = builder()
            prints.append(f"== {name}\n{model}\n")
            keys.append(f"== {name}\n")
            keys += (f"{key} {list(tensor.shape)}\n" for key, tensor in model.state_dict().items())
    return "".join(prints), "".join(keys)


def initial(name, options, seed):
    torch.manual_seed(seed)
    return {"model": name, "options": options, "seed": seed, "sha256": digest(build(name, options))}


def output(arrays, name, options, gain, shape, seed):
    generator = torch.Generator().manual_seed(seed)
    model = build(name, options).eval()
    randomise(model, gain, generator)
    sha256 = digest(model)
    x = torch.randn(shape, generator=generator)
    with torch.no_grad():
        single = model(x)
        exact = model.double()(x.double())
    error = single.double() - exact
    rms = exact.square().mean().sqrt().item()
    off = error.square().mean().sqrt().item()
    print(f"{name:16} {str(options)[:70]:70} rms {rms:9.3g}  std {exact.std(0 if len(exact) > 1 else None).mean():9.3g}"
          f"  float32 off by {off / rms:.2e}")  # fmt: skip
    assert 1e-2 < rms < 1e2
    return {
        "model": name,
        "options": options,
        "gain": gain,
        "seed": seed,
        "sha256": sha256,
        "input": list(shape),
        "output": arrays.place(exact),
        "float32_error": off,
    }


def main():
    arrays = Arrays()
    prints, keys = structures()
    initial_rows = [initial(*row) for row in INITIAL]
    output_rows = [output(arrays, *row, SEED + i) for i, row in enumerate(OUTPUTS)]

    def lines(rows):
        return ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)

    header = f'"torch":"{torch.__version__}"'
    text = f'{{{header},\n"initial":[\n{lines(initial_rows)}\n],\n"outputs":[\n{lines(output_rows)}\n]}}\n'
    TARGET.mkdir(parents=True, exist_ok=True)
    (TARGET / "prints.txt").write_text(prints, encoding="utf-8", newline="\n")
    (TARGET / "keys.txt").write_text(keys, encoding="utf-8", newline="\n")
    (TARGET / "cases.json").write_text(text, encoding="utf-8", newline="\n")
    (TARGET / "arrays.bin").write_bytes(bytes(arrays.content))


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
