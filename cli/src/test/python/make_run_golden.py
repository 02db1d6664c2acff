"""Makes cli/src/test/resources/run/expected.json: the classes that PyTorch gives a picture.

The network is torchvision's squeezenet1_1 of 10 classes with its initial weights of seed 0, which
the test makes again in Java. Needs torch, torchvision and Pillow; their versions are recorded.
"""

import importlib.util
import json
import pathlib
import re
import sys

import PIL
import torch
from PIL import Image

try:
    import torchvision
except RuntimeError:
    # A torchvision built for a GPU beside a PyTorch that is not: its operators do not load.
    for name in [n for n in sys.modules if n.split(".")[0] == "torchvision"]:
        del sys.modules[name]
    origin = pathlib.Path(importlib.util.find_spec("torchvision").origin)
    text = (origin.parent / "_meta_registrations.py").read_text(encoding="utf-8")
    library = torch.library.Library("torchvision", "FRAGMENT")
    for names in set(re.findall(r'torchvision::(\w+)|register_meta\("(\w+)"', text)):
        library.define("".join(names) + "(Tensor x) -> Tensor")
    import torchvision
from torchvision import transforms

ROOT = pathlib.Path(__file__).parents[4]


def main():
    torch.manual_seed(0)
    net = torchvision.models.squeezenet1_1(num_classes=10).eval()
    transform = transforms.Compose([
        transforms.Resize(256), transforms.CenterCrop(224), transforms.ToTensor(),
        transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])
    image = Image.open(ROOT / "docs" / "pictures" / "sample.png").convert("RGB")
    with torch.no_grad():
        probabilities = net(transform(image)[None])[0].softmax(0)
    values, classes = probabilities.topk(10)
    folder = ROOT / "cli" / "src" / "test" / "resources" / "run"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "expected.json").write_text(json.dumps({
        "torch": torch.__version__, "torchvision": torchvision.__version__,
        "pillow": PIL.__version__, "classes": classes.tolist(),
        "probabilities": values.tolist()}) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
