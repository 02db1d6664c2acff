"""Makes io/src/test/resources/preprocessing: pictures, and what torchvision makes of them.

Needs torch, torchvision and Pillow; their versions are recorded.
"""

import importlib.util
import json
import pathlib
import re

import numpy as np
import PIL
import torch
from PIL import Image

try:
    import torchvision
except RuntimeError:
    # A torchvision built for a GPU beside a PyTorch that is not: its operators do not load.
    import sys
    for name in [n for n in sys.modules if n.split(".")[0] == "torchvision"]:
        del sys.modules[name]
    origin = pathlib.Path(importlib.util.find_spec("torchvision").origin)
    text = (origin.parent / "_meta_registrations.py").read_text(encoding="utf-8")
    library = torch.library.Library("torchvision", "FRAGMENT")
    for names in set(re.findall(r'torchvision::(\w+)|register_meta\("(\w+)"', text)):
        library.define("".join(names) + "(Tensor x) -> Tensor")
    import torchvision
from torchvision import transforms

FOLDER = pathlib.Path(__file__).parents[1] / "resources" / "preprocessing"
SIZES = [(224, 224), (256, 256), (300, 200), (199, 333), (97, 64), (30, 31), (1, 1), (640, 480)]


def picture(mode, width, height, random):
    """Smooth shapes, so that PNG keeps the files small, and some noise in a corner."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [
        (127.5 + 127.5 * np.sin(x / (7 + 5 * c) + y / (11 + 3 * c))) for c in range(len(mode))]
    array = np.stack(planes, -1).astype(np.uint8) // 8 * 8
    corner = array[: height // 8, : width // 8]
    corner[...] = random.integers(0, 256, corner.shape)
    return Image.fromarray(array[..., 0] if mode == "L" else array, mode)


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(1)
    transform = transforms.Compose([
        transforms.Resize(256), transforms.CenterCrop(224), transforms.ToTensor(),
        transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])
    cases = []
    for i, (width, height) in enumerate(SIZES):
        mode = ["RGB", "L", "RGBA"][i % 3]
        image = picture(mode, width, height, random)
        name = f"{mode.lower()}_{width}x{height}.png"
        image.save(FOLDER / name, optimize=True)
        y = transform(image.convert("RGB")).numpy()
        # A checksum of all bits, and some numbers to see where it fails.
        bits = y.view(np.int32).reshape(-1)
        crc = int(np.bitwise_xor.reduce(bits * (np.arange(bits.size, dtype=np.int32) * 2 + 1)))
        at = random.integers(0, bits.size, 40)
        cases.append({
            "file": name, "crc": crc, "at": at.tolist(),
            "values": [float(v) for v in y.reshape(-1)[at]]})
    (FOLDER / "expected.json").write_text(json.dumps({
        "torch": torch.__version__, "torchvision": torchvision.__version__,
        "pillow": PIL.__version__, "cases": cases}) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
