"""Writes small checkpoints with PyTorch and safetensors, and what a reader has to get from them.

Every file is one that torch.save or safetensors wrote. expected.json holds for each what its tensors
are: the dtype in the file, the shape, and the elements as PyTorch converts them to the dtype of
conv4j's tensor, big-endian bytes in row-major order, in hexadecimal digits.

    python3 make_checkpoint_files.py     # writes ../resources/checkpoints

A second run gives the same expected.json, but not the same bytes in the old format's files, whose
storages are named by their addresses.
"""

import argparse
import collections
import json
import pathlib
import warnings
import zipfile

import numpy as np
import safetensors
import safetensors.torch
import torch
from torch import nn

SEED = 20260102
FOLDER = pathlib.Path(__file__).resolve().parent.parent / "resources" / "checkpoints"

FLOAT32 = (torch.bool, torch.int8, torch.int16, torch.uint8, torch.uint16, torch.float16)
FLOAT32 += (torch.bfloat16, torch.float32)
FLOAT64 = (torch.int32, torch.int64, torch.uint32, torch.uint64, torch.float64)
SHAPES = ((), (1,), (12,), (0,), (3, 0, 2), (2, 3), (2, 3, 4))


def label(dtype):
    return str(dtype).removeprefix("torch.")


def values(dtype, shape, random):
    """Returns a tensor of the edges of its type, then random elements."""
    count = int(np.prod(shape))
    if dtype == torch.bool:
        return torch.from_numpy(random.integers(0, 2, shape).astype(bool).reshape(shape))
    if dtype.is_floating_point:
        info = torch.finfo(dtype)
        edges = [-0.0, float("inf"), -float("inf"), float("nan"), info.max, info.min, info.tiny]
        edges += [info.smallest_normal / 2, -info.smallest_normal / 4, 1 + info.eps]
        spread = torch.from_numpy(random.standard_normal(count)).to(dtype)
        spread[: len(edges)] = torch.tensor(edges, dtype=torch.float64).to(dtype)[:count]
        return spread.reshape(shape)
    info = np.iinfo(label(dtype))
    edges = [info.min, info.max, 0, 1]
    if info.bits == 64:  # neighbours of halves between two doubles
        edges += [2**53 + 1, 2**53 + 3, info.max - 512, info.max - 511, info.max - 1023]
    spread = random.integers(info.min, info.max, count, dtype=label(dtype), endpoint=True)
    spread[: len(edges)] = np.array(edges, label(dtype))[:count]
    return torch.from_numpy(spread.reshape(shape))


def expectation(tensor):
    wide = tensor.dtype in FLOAT64
    # Exact but for 64-bit integers, and NumPy rounds these to nearest.
    if tensor.dtype == torch.bfloat16:
        array = tensor.detach().to(torch.float32).numpy()
    else:
        array = tensor.detach().numpy()
    with np.errstate(all="ignore"):
        data = array.astype(np.float64 if wide else np.float32)
    return {
        "dtype": label(tensor.dtype),
        "shape": list(tensor.shape),
        "tensor": data.dtype.name,
        "data": data.astype(data.dtype.newbyteorder(">")).tobytes("C").hex(),
    }


def expectations(tensors):
    return {name: expectation(tensor) for name, tensor in tensors.items()}


def every_type(random):
    tensors = collections.OrderedDict()
    for dtype in FLOAT32 + FLOAT64:
        for shape in SHAPES:
            name = f"{label(dtype)}.{'x'.join(map(str, shape)) or 'scalar'}"
            tensors[name] = values(dtype, shape, random)
    return tensors


def views(random):
    """Returns tensors that share storages and look at them with strides."""
    base = torch.from_numpy(random.standard_normal((4, 5, 6)).astype(np.float32))
    halves = torch.from_numpy(random.standard_normal(30)).to(torch.float16)
    column = torch.arange(3.0)
    return collections.OrderedDict(
        base=base,
        same=base,
        detached=base.detach(),
        row=base[2, 3],
        part=base[1:3],
        permuted=base.permute(2, 0, 1),
        steps=base[::2, 1::3, ::-1 + 3],
        diagonal=base[:, :4, 0].diagonal(),
        overlapping=base.as_strided((3, 4), (2, 1), 7),
        expanded=column.reshape(3, 1).expand(3, 4),
        scalar=base[3, 4, 5],
        empty=base[4:],
        channels_last=torch.arange(24.0).reshape(1, 2, 3, 4).to(memory_format=torch.channels_last),
        halves=halves[10:20],
        matrix=halves[:6].reshape(2, 3).t(),
        only=torch.arange(100)[97:99],
    )


def network():
    return nn.Sequential(
        nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.Flatten(), nn.Linear(3, 2)
    )


def training(model):
    """Returns the checkpoint of a training that has run one step."""
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    model(torch.ones(2, 2, 3, 3)).sum().backward()
    optimizer.step()
    return {
        "epoch": 3,
        "state_dict": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "best": 0.5,
        "config": {
            "sizes": [1, (2, 3)],
            "name": "größe 世界 🙂",
            "none": None,
            "flags": {True},
            "seed": 2**64,
            "minus": -(2**40),
            "milestones": collections.Counter([30, 60, 60]),
            "shape": torch.Size([2, 3]),
            "dtype": torch.float16,
        },
        "losses": [1.5, torch.tensor(0.25)],
        7: "seven",
    }


def ways(value, way=""):
    """Returns all tensors of nested containers by the way to them."""
    if isinstance(value, torch.Tensor):
        return {way: value}
    if isinstance(value, dict):
        entries = value.items()
    elif isinstance(value, (list, tuple)) and not isinstance(value, torch.Size):
        entries = enumerate(value)
    else:
        return {}
    found = {}
    for key, child in entries:
        found |= ways(child, f"{way}/{key}" if way else str(key))
    return found


def old(value, path, **options):
    torch.save(value, path, _use_new_zipfile_serialization=False, **options)


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for file in FOLDER.iterdir():
        file.unlink()
    random = np.random.default_rng(SEED)
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    expected = {"torch": torch.__version__, "safetensors": safetensors.__version__, "seed": SEED}
    files = expected["files"] = {}

    def both(name, tensors, value=None, way=""):
        for suffix, save in (("", torch.save), ("_old", old)):
            save(tensors if value is None else value, FOLDER / f"{name}{suffix}.pt")
            files[f"{name}{suffix}.pt"] = expectations(tensors)

    types = every_type(random)
    both("types", types)
    both("views", views(random))
    model = network()
    both("model", model.state_dict())
    both("parameters", dict(model.named_parameters()))
    both("empty", {})
    checkpoint = training(model)
    both("training", ways(checkpoint), checkpoint)
    expected["stateDict"] = expectations(checkpoint["state_dict"])
    both("tensor", {"tensor": types["float32.2x3"]}, types["float32.2x3"])
    both("list", {"0": torch.ones(2), "1/0": torch.zeros(1)}, [torch.ones(2), (torch.zeros(1),)])
    for protocol in (3, 4, 5):
        name = f"protocol_{protocol}.pt"
        torch.save(checkpoint, FOLDER / name, pickle_protocol=protocol)
        files[name] = expectations(ways(checkpoint))
    old(checkpoint, FOLDER / "protocol_4_old.pt", pickle_protocol=4)
    files["protocol_4_old.pt"] = expectations(ways(checkpoint))

    torch.serialization.set_crc32_options(False)
    torch.save(model.state_dict(), FOLDER / "no_checksums.pt")
    torch.serialization.set_crc32_options(True)
    files["no_checksums.pt"] = expectations(model.state_dict())

    # The same archive as a zip program would write it.
    with zipfile.ZipFile(FOLDER / "views.pt") as stored:
        with zipfile.ZipFile(FOLDER / "deflated.pt", "w", zipfile.ZIP_DEFLATED) as deflated:
            for entry in stored.namelist():
                deflated.writestr(entry, stored.read(entry))
    files["deflated.pt"] = files["views.pt"]
    # As a machine of the other order of bytes writes it.
    with zipfile.ZipFile(FOLDER / "model.pt") as little:
        with zipfile.ZipFile(FOLDER / "big_endian.pt", "w") as big:
            for entry in little.namelist():
                data = little.read(entry)
                if entry.endswith("/byteorder"):
                    data = b"big"
                elif "/data/" in entry:
                    integers = len(data) == 8 and 0 <= np.frombuffer(data, "<i8")[0] < 1000
                    data = np.frombuffer(data, "<i8" if integers else "<f4").byteswap().tobytes()
                big.writestr(entry, data)
    check = torch.load(FOLDER / "big_endian.pt")
    assert all(torch.equal(check[k], v) for k, v in torch.load(FOLDER / "model.pt").items())
    files["big_endian.pt"] = files["model.pt"]

    class Unknown:
        pass

    globals()["Unknown"] = Unknown
    Unknown.__qualname__ = "Unknown"
    refused = expected["refused"] = {}
    bad = {
        "module": (nn.Linear(2, 2), "torch.nn.modules.linear.Linear"),
        "namespace": ({"args": argparse.Namespace(lr=1)}, "argparse.Namespace"),
        "class": ({"x": Unknown()}, "__main__.Unknown"),
        "function": ({"f": print}, "print"),
        "numpy": ({"x": np.float64(1)}, "numpy"),
        "array": ({"x": np.ones(2)}, "numpy"),
        "sparse": ({"x": torch.eye(2).to_sparse()}, "_rebuild_sparse_tensor"),
        "complex": ({"x": torch.ones(2, dtype=torch.complex64)}, "torch.ComplexFloatStorage"),
        "float8": ({"x": torch.ones(2).to(torch.float8_e4m3fn)}, "torch.float8_e4m3fn"),
        "negative": ({"x": torch.ones(2, dtype=torch.complex64).conj().imag}, "negative view"),
        "bytes": ({"x": b"ab"}, "_codecs.encode"),
        "device": ({"x": torch.device("cpu")}, "torch.device"),
    }
    for name, (value, fragment) in bad.items():
        for suffix, save in (("", torch.save), ("_old", old)):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of classes whose source is not found
                save(value, FOLDER / f"refused_{name}{suffix}.pt")
            refused[f"refused_{name}{suffix}.pt"] = fragment
    script = torch.jit.script(nn.Linear(1, 1))
    script.save(FOLDER / "refused_script.pt")
    refused["refused_script.pt"] = "torch.jit.save"

    # safetensors has no views; it writes what tensors look like.
    safetensors.torch.save_file(types, FOLDER / "types.safetensors")
    files["types.safetensors"] = expectations(types)
    names = {"größe 世界 🙂": torch.ones(2), 'a"\\/\n\x01': torch.zeros(1), "": torch.ones(())}
    names["b"] = torch.arange(5, dtype=torch.float64)
    names["\ue000"] = torch.ones(1)  # before the emoji in UTF-8, after it in UTF-16
    names["🙂"] = torch.ones(3)
    safetensors.torch.save_file(names, FOLDER / "names.safetensors")
    files["names.safetensors"] = expectations(names)
    safetensors.torch.save_file(
        model.state_dict() | {"1.num_batches_tracked": torch.tensor(1.0)},
        FOLDER / "metadata.safetensors",
        metadata={"format": "pt"},
    )
    files["metadata.safetensors"] = expectations(
        model.state_dict() | {"1.num_batches_tracked": torch.tensor(1.0)}
    )
    safetensors.torch.save_file({}, FOLDER / "empty.safetensors")
    files["empty.safetensors"] = {}
    strange = {
        "f8": torch.ones(3).to(torch.float8_e5m2),
        "c": torch.ones(2, dtype=torch.complex64),
        "f": torch.ones(2),
    }
    safetensors.torch.save_file(strange, FOLDER / "strange.safetensors")

    (FOLDER / "expected.json").write_text(json.dumps(expected, indent=0) + "\n")
    print(sum(file.stat().st_size for file in FOLDER.iterdir()), "bytes")


if __name__ == "__main__":
    main()
