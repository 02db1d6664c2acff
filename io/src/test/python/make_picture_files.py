"""Writes small pictures of kinds that Java cannot write, and what a reader has to get from them.

PNGs are put together here, sample by sample, so their samples are known; where Pillow can say, it
agrees. The rest is Pillow's: what it decodes is what is expected. expected.json holds the samples
in (C, H, W) order in hexadecimal digits, two or, for 16 bits, four each.

    pip install pillow
    python3 make_picture_files.py     # writes ../resources/pictures
"""

import io
import json
import pathlib
import struct
import zlib

import numpy as np
import PIL
from PIL import Image, ImageCms, ImageOps, ImageSequence

SEED = 20260102
FOLDER = pathlib.Path(__file__).resolve().parent.parent / "resources" / "pictures"

expected = {}


def expect(name, chw, bits=8, tolerance=0):
    """Notes the samples of a picture; tolerance is in levels."""
    chw = np.asarray(chw)
    expected[name] = {
        "shape": list(chw.shape),
        "bits": bits,
        "tolerance": tolerance,
        "samples": chw.astype(">u2" if bits == 16 else "u1").tobytes().hex(),
    }


def planes(image):
    """Returns Pillow's samples in (C, H, W) order."""
    samples = np.asarray(image)
    return samples[None] if samples.ndim == 2 else samples.transpose(2, 0, 1)


# ---- PNG: the specification's sections 7 (pixels), 8 (interlace), 11 (chunks)

GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
CHANNELS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGBA: 4}
DEPTHS = {GREY: (1, 2, 4, 8, 16), RGB: (8, 16), PALETTE: (1, 2, 4, 8), GREY_ALPHA: (8, 16), RGBA: (8, 16)}
LABELS = {GREY: "grey", RGB: "rgb", PALETTE: "palette", GREY_ALPHA: "grey_alpha", RGBA: "rgba"}
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def packed(row, depth):
    if depth == 16:
        return row.astype(">u2").tobytes()
    digits = "".join(format(int(v), f"0{depth}b") for v in row)
    digits += "0" * (-len(digits) % 8)
    return bytes(int(digits[i : i + 8], 2) for i in range(0, len(digits), 8))


def png(samples, kind, depth, interlaced, extra):
    height, width, _ = samples.shape
    rows = b""
    for x, y, dx, dy in ADAM7 if interlaced else ((0, 0, 1, 1),):
        part = samples[y::dy, x::dx]
        if part.size:
            rows += b"".join(b"\0" + packed(row.reshape(-1), depth) for row in part)
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlaced)
    chunks = chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(rows, 9))
    return b"\x89PNG\r\n\x1a\n" + chunks + chunk(b"IEND", b"")


def make_png(random, kind, depth, interlaced, transparent):
    samples = random.integers(0, 2**depth, (5, 7, CHANNELS[kind]))
    extra = b""
    shown = samples
    bits = 16 if depth == 16 else 8
    most = 2**bits - 1
    if kind == GREY and depth < 8:
        shown = samples * (255 // (2**depth - 1))
    if kind == PALETTE:
        colours = random.integers(0, 256, (2**depth, 3)).astype(np.uint8)
        alpha = np.full(2**depth, 255, np.uint8)
        alpha[: 2**depth // 2] = random.integers(0, 255, 2**depth // 2)
        extra = chunk(b"PLTE", colours.tobytes())
        shown = colours[samples[..., 0]]
        if transparent:
            extra += chunk(b"tRNS", alpha[: 2**depth // 2].tobytes())
            shown = np.dstack([shown, alpha[samples[..., 0]]])
    elif transparent:
        key = samples[2, 3]
        extra = chunk(b"tRNS", key.astype(">u2").tobytes())
        shown = np.dstack([shown, np.where((samples == key).all(-1), 0, most)])
    name = f"{LABELS[kind]}{depth}{'_transparent' if transparent else ''}{'_interlaced' if interlaced else ''}.png"
    data = png(samples, kind, depth, interlaced, extra)
    (FOLDER / name).write_bytes(data)
    expect(name, shown.transpose(2, 0, 1), bits)
    if bits == 8:
        mode = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[shown.shape[-1]]
        pillow = planes(Image.open(io.BytesIO(data)).convert(mode))
        if not (kind == GREY and transparent and depth < 8):  # Pillow compares the widened grey
            assert (pillow == shown.transpose(2, 0, 1)).all(), name


# ---- JPEG


def jpeg(image, **options):
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92, **options)
    return out.getvalue()


def keep(name, data, tolerance=2):
    """Writes a JPEG and notes what Pillow shows."""
    (FOLDER / name).write_bytes(data)
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    expect(name, planes(image if image.mode == "L" else image.convert("RGB")), 8, tolerance)


def segment(data, marker):
    """Returns where the first segment with this marker begins and ends."""
    at = 2
    while data[at + 1] != marker:
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return at, at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")


def without(data, marker):
    start, end = segment(data, marker)
    return data[:start] + data[end:]


def with_ids(data, ids):
    """Renames the three components in the frame (C0) and the scan (DA)."""
    renamed = bytearray(data)
    frame, scan = segment(data, 0xC0)[0], segment(data, 0xDA)[0]
    for i, component in enumerate(ids):
        renamed[frame + 10 + 3 * i] = component
        renamed[scan + 5 + 2 * i] = component
    return bytes(renamed)


def exif(order, orientation, kind=3):
    """Returns an APP1 segment whose directory has the orientation between two other fields."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    fields = [(0x010F, 2, 4, b"ab\0\0"), (0x0112, kind, 1, struct.pack(order + "HH", orientation, 0)),
              (0x0128, 3, 1, struct.pack(order + "HH", 2, 0))]
    body = mark + struct.pack(order + "IH", 8, len(fields))
    body += b"".join(struct.pack(order + "HHI", *f[:3]) + f[3] for f in fields) + bytes(4)
    return app(0xE1, b"Exif\0\0" + body)


def app(marker, body):
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def wide_profile():
    """Returns an sRGB profile whose red and blue are swapped, which nobody can overlook."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    tags = {bytes(profile[at : at + 4]): at for at in range(132, 132 + 12 * profile[131], 12)}
    red, blue = tags[b"rXYZ"], tags[b"bXYZ"]
    profile[red : red + 4], profile[blue : blue + 4] = b"bXYZ", b"rXYZ"
    # The time of making, which would make the file another one in each run.
    profile[24:36] = bytes(12)
    return bytes(profile)


def make_jpegs():
    y, x = np.mgrid[0:19, 0:29]
    smooth = np.stack([x * 8, y * 13, 255 - (x + y) * 5], -1).clip(0, 255).astype(np.uint8)
    image = Image.fromarray(smooth)
    grey = image.convert("L")
    cyan = 255 - smooth
    ink = Image.fromarray(np.dstack([cyan // 2, (x * y // 3).clip(0, 255).astype(np.uint8)]), "CMYK")

    keep("grey.jpg", jpeg(grey))
    for i, sampling in enumerate(("444", "422", "420")):
        keep(f"rgb_{sampling}.jpg", jpeg(image, subsampling=i))
    keep("progressive.jpg", jpeg(image, progressive=True))
    keep("restarts.jpg", jpeg(image, restart_marker_blocks=1))
    keep("adobe_rgb.jpg", jpeg(image, keep_rgb=True))
    plain = jpeg(image, subsampling=0)
    keep("no_jfif.jpg", without(plain, 0xE0))
    keep("ids_rgb.jpg", with_ids(without(jpeg(image, subsampling=0), 0xE0), b"RGB"))
    keep("ids_from_0.jpg", with_ids(without(plain, 0xE0), (0, 1, 2)))
    keep("profile.jpg", plain[:20] + app(0xE2, b"ICC_PROFILE\0\1\1" + wide_profile()) + plain[20:])
    keep("profile_damaged.jpg", plain[:20] + app(0xE2, b"ICC_PROFILE\0\1\1" + b"no profile") + plain[20:])
    keep("comment_first.jpg", plain[:2] + app(0xFE, b"before JFIF") + plain[2:])
    cmyk = jpeg(ink)
    keep("cmyk.jpg", cmyk)
    keep("cmyk_no_adobe.jpg", without(cmyk, 0xEE))
    transform = segment(cmyk, 0xEE)[0] + 15
    keep("ycck.jpg", cmyk[:transform] + b"\2" + cmyk[transform + 1 :])
    keep("stray_bytes.jpg", plain[:-2] + bytes(40) + plain[-2:] + b"after the end")

    small = jpeg(image.crop((0, 0, 11, 6)), subsampling=0)
    for orientation in range(1, 9):
        for order, label in (("<", "little"), (">", "big")):
            keep(f"exif_{orientation}_{label}.jpg", small[:20] + exif(order, orientation) + small[20:])
    keep("exif_9.jpg", small[:20] + exif("<", 9) + small[20:])
    keep("exif_no_jfif.jpg", small[:2] + exif(">", 6) + small[20:])


# ---- BMP and GIF


def rle4(indices, colours):
    """Returns a BMP whose even rows are runs of two colours in turn, and whose odd ones are not."""
    height, width = indices.shape
    rows = b""
    for y in reversed(range(height)):
        row = indices[y]
        if y % 2 == 0:
            assert (row[2:] == row[:-2]).all()
            rows += bytes((width, row[0] << 4 | row[1]))
        else:
            data = packed(row, 4)
            rows += bytes((0, width)) + data + bytes(len(data) % 2)
        rows += b"\0\0"
    rows += b"\0\1"
    table = b"".join(bytes(c[::-1]) + b"\0" for c in colours)
    start = 14 + 40 + len(table)
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 4, 2, len(rows), 0, 0, len(colours), 0)
    return b"BM" + struct.pack("<IHHI", start + len(rows), 0, 0, start) + header + table + rows


def make_others(random):
    y, x = np.mgrid[0:9, 0:13]
    rgba = np.stack([x * 19, y * 28, (x + y) * 12, 255 - x * 10], -1).astype(np.uint8)
    image = Image.fromarray(rgba).convert("RGB")
    for name, picture in (
        ("rgb24.bmp", image),
        ("grey8.bmp", image.convert("L")),
        ("palette8.bmp", image.quantize(17)),
        ("black_white.bmp", image.convert("1")),
        ("still.gif", image.quantize(17)),
        ("grey.gif", image.convert("L")),
    ):
        picture.save(FOLDER / name)
        mode = "L" if name == "grey8.bmp" else "RGB"
        expect(name, planes(Image.open(FOLDER / name).convert(mode)))

    indices = random.integers(0, 16, (9, 12))  # Pillow loses the last of an odd row
    indices[::2] = np.where(np.arange(12) % 2, indices[::2, :1], indices[::2, 1:2])
    colours = random.integers(0, 256, (16, 3)).astype(np.uint8)
    (FOLDER / "rle4.bmp").write_bytes(rle4(indices, colours))
    expect("rle4.bmp", colours[indices].transpose(2, 0, 1))
    assert (planes(Image.open(FOLDER / "rle4.bmp").convert("RGB")) == colours[indices].transpose(2, 0, 1)).all()

    # Of a transparent pixel no colour is known, so Pillow is asked for both at once.
    clear = image.quantize(17)
    clear.save(FOLDER / "transparent.gif", transparency=int(np.asarray(clear)[4, 4]))
    shown = planes(Image.open(FOLDER / "transparent.gif").convert("RGBA"))
    assert (shown[3] == 0).any() and (shown[3] == 255).any()
    expect("transparent.gif", shown)

    frames = [image.quantize(17), Image.fromarray(255 - rgba).convert("RGB").quantize(17)]
    frames[0].save(FOLDER / "moving.gif", save_all=True, append_images=frames[1:])
    moving = Image.open(FOLDER / "moving.gif")
    assert sum(1 for _ in ImageSequence.Iterator(moving)) == 2
    moving.seek(0)
    expect("moving.gif", planes(moving.convert("RGB")))


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    random = np.random.default_rng(SEED)
    for kind, depths in DEPTHS.items():
        for depth in depths:
            for interlaced in (False, True):
                for transparent in (False, True) if kind in (GREY, RGB, PALETTE) else (False,):
                    make_png(random, kind, depth, interlaced, transparent)
    make_jpegs()
    make_others(random)
    everything = {"pillow": PIL.__version__, "seed": SEED, "pictures": expected}
    (FOLDER / "expected.json").write_text(json.dumps(everything, indent=0) + "\n")


if __name__ == "__main__":
    main()
