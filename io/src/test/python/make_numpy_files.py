"""Writes small .npy and .npz files with NumPy, and what a reader has to get from them.

Every array is one that NumPy made and saved; expected.json holds its elements as NumPy converts
them to the tensor's dtype, big-endian bytes in C order, in hexadecimal digits.

    python3 make_numpy_files.py     # writes ../resources/numpy
"""

import hashlib
import json
import pathlib

import numpy as np
from numpy.lib import format as npy

SEED = 20260101
FOLDER = pathlib.Path(__file__).resolve().parent.parent / "resources" / "numpy"

FLOAT32 = ("b1", "i1", "i2", "u1", "u2", "f2", "f4")
FLOAT64 = ("i4", "i8", "u4", "u8", "f8")
SHAPES = ((), (1,), (5,), (0,), (3, 0, 2), (2, 3), (2, 3, 4), (2, 1, 3, 2), (2, 3, 1, 2, 2))


def values(code, shape, random):
    """Returns an array of the edges of its type, then random elements of any bits."""
    dtype = np.dtype(code)
    count = int(np.prod(shape))
    if dtype.kind == "b":
        return random.integers(0, 2, shape).astype(dtype)
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        edges = [info.min, info.max, 0, 1]
        if dtype.itemsize == 8:  # neighbours of halves between two doubles
            edges += [2**53 + 1, 2**53 + 3, info.max - 512, info.max - 511, info.max - 1023]
        spread = random.integers(info.min, info.max, count, dtype=dtype, endpoint=True)
    else:
        info = np.finfo(dtype)
        edges = [-0.0, np.inf, -np.inf, np.nan, info.max, info.min, info.tiny]
        edges += [info.smallest_subnormal, -info.smallest_subnormal, 1 + info.eps]
        spread = random.standard_normal(count)
    order = random.permutation(len(edges))
    spread = spread.astype(dtype)
    spread[: len(edges)] = np.array(edges, dtype)[order][:count]
    return spread.reshape(shape)


def expectation(array):
    wide = array.dtype.kind + str(array.dtype.itemsize) in FLOAT64
    kind = np.float64 if wide else np.float32
    with np.errstate(all="ignore"):
        data = array.astype(kind).astype(np.dtype(kind).newbyteorder(">")).tobytes("C")
    return {
        "descr": npy.dtype_to_descr(array.dtype),
        "fortran": bool(array.flags.f_contiguous and not array.flags.c_contiguous),
        "shape": list(array.shape),
        "dtype": np.dtype(kind).name,
        "data": data.hex(),
    }


def variants(code):
    """Returns (name, dtype, order) of every byte order and memory order."""
    for endian, prefix in (("little", "<"), ("big", ">")):
        if code.endswith("1") and endian == "big":
            continue  # one byte has no order
        for order in "CF":
            yield f"{code}_{endian}_{order}", np.dtype(prefix + code), order


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    random = np.random.default_rng(SEED)
    arrays = {}
    archives = {}
    for code in FLOAT32 + FLOAT64:
        members = {}
        for name, dtype, order in variants(code):
            array = np.asarray(values(code, (2, 3, 4), random).astype(dtype), order=order)
            np.save(FOLDER / f"{name}.npy", array)
            arrays[f"{name}.npy"] = expectation(array)
            for shape in SHAPES:
                array = np.asarray(values(code, shape, random).astype(dtype), order=order)
                members[f"{name}_{'x'.join(map(str, shape)) or 'scalar'}"] = array
        save = np.savez_compressed if code in FLOAT32 else np.savez
        save(FOLDER / f"{code}.npz", **members)
        archives[f"{code}.npz"] = {name: expectation(a) for name, a in members.items()}

    for version in ((2, 0), (3, 0)):
        array = values("f4", (3, 5), random)
        name = f"version_{version[0]}.npy"
        with open(FOLDER / name, "wb") as file:
            npy.write_array(file, array, version)
        arrays[name] = expectation(array)

    refused = {
        "c8": np.zeros(2, "<c8"),
        "c16": np.zeros(2, ">c16"),
        "longdouble": np.zeros(2, np.longdouble),
        "string": np.array([b"ab", b"c"]),
        "unicode": np.array(["ab", "c"]),
        "void": np.zeros(2, "V3"),
        "date": np.zeros(2, "<M8[D]"),
        "timespan": np.zeros(2, "<m8[s]"),
        "structured": np.zeros(2, [("a", "<f4"), ("b", "<i2", (2, 2))]),
        "structured_unicode": np.zeros(2, [("\u4e16", "<f4")]),
        "object": np.array([{}, None], dtype=object),
    }
    for name, array in refused.items():
        np.save(FOLDER / f"refused_{name}.npy", array)

    # All halves, too many to keep: the digest of the floats, each NaN as Java's own.
    halves = np.arange(2**16, dtype="<u2").view("<f2").astype(">f4")
    halves[np.isnan(halves)] = np.array(0x7FC00000, ">u4").view(">f4")
    expected = {
        "numpy": np.__version__,
        "seed": SEED,
        "arrays": arrays,
        "archives": archives,
        "refused": {name: npy.header_data_from_array_1_0(a)["descr"] for name, a in refused.items()},
        "sha256OfAllHalves": hashlib.sha256(halves.tobytes()).hexdigest(),
    }
    (FOLDER / "expected.json").write_text(json.dumps(expected, indent=0) + "\n")


if __name__ == "__main__":
    main()
