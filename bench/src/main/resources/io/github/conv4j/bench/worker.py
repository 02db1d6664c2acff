"""Holds the contenders that run in Python. Answers the requests that Worker.java lists."""

import gc
import json
import os
import statistics
import sys
import time

import numpy as np


class Torch:
    """PyTorch: eager, frozen, or with kernels reordered beforehand; NCHW or channels_last."""

    def __init__(self):
        import torch

        self.torch = torch
        self.version = torch.__version__
        torch.inference_mode().__enter__()

    def prepare(self, contender, threads, data):
        torch, layer = self.torch, data.layer
        torch.set_num_threads(threads)
        if data.network:
            return self.prepare_network(contender, data)
        nhwc = contender.endswith("-nhwc")
        layout = torch.channels_last if nhwc else torch.contiguous_format
        conv = torch.nn.Conv2d(
            layer["cin"],
            layer["cout"],
            (layer["kh"], layer["kw"]),
            stride=(layer["sh"], layer["sw"]),
            padding=(layer["ph"], layer["pw"]),
            dilation=(layer["dh"], layer["dw"]),
            groups=layer["groups"],
            dtype=getattr(torch, layer["dtype"]),
        ).eval()
        conv.weight = torch.nn.Parameter(torch.from_numpy(data.w), requires_grad=False)
        conv.bias = torch.nn.Parameter(torch.from_numpy(data.b), requires_grad=False)
        conv = conv.to(memory_format=layout)
        x = torch.from_numpy(data.x).contiguous(memory_format=layout)
        if contender == "torch-frozen":
            frozen = torch.jit.freeze(torch.jit.trace(conv, x))
            frozen = torch.jit.optimize_for_inference(frozen)
            run = lambda: frozen(x)
        elif contender in ("torch-packed", "torch-packed-nhwc"):
            run = self.packed(conv, x, nhwc)
        else:
            run = lambda: conv(x)
        return run, lambda y: y.contiguous().numpy()

    def prepare_network(self, contender, data):
        torch = self.torch
        net = data.network_of(torch)
        net.load_state_dict(torch.load(os.path.join(data.folder, "weights.pt")))
        x = torch.from_numpy(data.x)
        if contender == "torch":
            return lambda: net(x), lambda y: y.numpy()
        if contender != "torch-frozen":
            raise ValueError("it is for single layers")
        frozen = torch.jit.freeze(torch.jit.trace(net, x))
        frozen = torch.jit.optimize_for_inference(frozen)
        return lambda: frozen(x), lambda y: y.numpy()

    def packed(self, conv, x, nhwc):
        """oneDNN with its own order of kernels, which is what torch.compile's freezing uses."""
        torch = self.torch
        where = (list(conv.padding), list(conv.stride), list(conv.dilation), conv.groups)
        weight = torch.ops.mkldnn._reorder_convolution_weight(
            conv.weight.detach(), *where, list(x.shape))
        bias = conv.bias.detach()
        operation = torch.ops.mkldnn._convolution_pointwise

        def run():
            return operation(x, weight, bias, *where, "none", [], "")

        if nhwc:
            return run
        # It answers in channels_last; a caller with plain arrays wants them plain.
        out = torch.empty(run().shape, dtype=x.dtype)
        return lambda: out.copy_(run())


class OnnxRuntime:
    """ONNX Runtime on arrays of NumPy's, bound once."""

    def __init__(self):
        import onnxruntime

        self.ort = onnxruntime
        self.version = onnxruntime.__version__

    def prepare(self, contender, threads, data):
        ort = self.ort
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
        options.log_severity_level = 3
        session = ort.InferenceSession(
            os.path.join(data.folder, "model.onnx"), options, providers=["CPUExecutionProvider"])
        x = ort.OrtValue.ortvalue_from_numpy(data.x)
        y = ort.OrtValue.ortvalue_from_numpy(np.zeros(data.output_shape(), data.x.dtype))
        binding = session.io_binding()
        binding.bind_ortvalue_input("x", x)
        binding.bind_ortvalue_output("y", y)
        return lambda: session.run_with_iobinding(binding), lambda _: y.numpy()


class OpenCv:
    """OpenCV's filter2D: one kernel for each channel, which is a plane of its own."""

    def __init__(self):
        import cv2

        self.cv2 = cv2
        self.version = cv2.__version__

    def prepare(self, contender, threads, data):
        cv2, layer = self.cv2, data.layer
        if data.network or not layer["cin"] == layer["cout"] == layer["groups"] <= 3:
            raise ValueError("filter2D has one kernel for one plane; it is for pictures")
        centred = all(
            layer["k" + d] % 2 == 1 and layer["p" + d] == layer["k" + d] // 2
            and layer["s" + d] == 1 and layer["d" + d] == 1 for d in "hw")
        if not centred:
            raise ValueError("filter2D has no stride, dilation or other padding")
        cv2.setNumThreads(threads)
        out = np.zeros(data.output_shape(), data.x.dtype)
        calls = [
            (data.x[n, c], data.w[c, 0], float(data.b[c]), out[n, c])
            for n in range(layer["n"]) for c in range(layer["cin"])]

        def run():
            for plane, kernel, bias, target in calls:
                cv2.filter2D(
                    plane, -1, kernel, dst=target, delta=bias, borderType=cv2.BORDER_CONSTANT)

        return run, lambda _: out


class Data:
    """A folder written by LayerData.java, or by export()."""

    def __init__(self, folder):
        self.folder = folder
        self.layer = self.json("layer.json")
        self.network = self.json("network.json")
        self.x = self.array("x")
        if self.layer:
            self.w, self.b = self.array("w"), self.array("b")

    def json(self, name):
        file = os.path.join(self.folder, name)
        if not os.path.exists(file):
            return None
        with open(file, encoding="utf-8") as lines:
            return json.load(lines)

    def array(self, name):
        return np.load(os.path.join(self.folder, name + ".npy"))

    def network_of(self, torch):
        net = getattr(torchvision_models(torch), self.network["model"])(weights=None)
        return net.eval().requires_grad_(False)

    def output_shape(self):
        if self.network:
            return (self.network["batch"], CLASSES)
        layer = self.layer
        sizes = [
            (layer[d] + 2 * layer["p" + d] - layer["d" + d] * (layer["k" + d] - 1) - 1)
            // layer["s" + d] + 1 for d in "hw"]
        return (layer["n"], layer["cout"], *sizes)


CLASSES = 1000


def torchvision_models(torch):
    try:
        import torchvision
    except RuntimeError:
        # One built for a GPU beside a PyTorch that is not: its compiled operators do not load, and
        # it stumbles over describing them. Networks need none.
        import importlib.util
        import pathlib
        import re

        for name in [n for n in sys.modules if n.split(".")[0] == "torchvision"]:
            del sys.modules[name]
        origin = pathlib.Path(importlib.util.find_spec("torchvision").origin)
        text = (origin.parent / "_meta_registrations.py").read_text(encoding="utf-8")
        library = torch.library.Library("torchvision", "FRAGMENT")
        for name in set(re.findall(r'torchvision::(\w+)|register_meta\("(\w+)"', text)):
            library.define("".join(name) + "(Tensor x) -> Tensor")
        torchvision_models.library = library
        import torchvision
    return torchvision.models


def export(folder):
    """Fills a folder that has a network.json: weights and statistics at random, a model, an input."""
    import torch

    with open(os.path.join(folder, "network.json"), encoding="utf-8") as file:
        network = json.load(file)
    torch.manual_seed(network["seed"])
    net = getattr(torchvision_models(torch), network["model"])(weights=None).eval()
    with torch.no_grad():
        for module in net.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.running_mean.uniform_(-0.1, 0.1)
                module.running_var.uniform_(0.5, 1.5)
        x = torch.randn(network["batch"], 3, 224, 224)
        torch.save(net.state_dict(), os.path.join(folder, "weights.pt"))
        np.save(os.path.join(folder, "x.npy"), x.numpy())
        torch.onnx.export(
            net, (x,), os.path.join(folder, "model.onnx"), input_names=["x"], output_names=["y"],
            opset_version=17, dynamo=False)


LIBRARIES = {
    "torch": Torch, "torch-frozen": Torch, "torch-packed": Torch, "torch-nhwc": Torch,
    "torch-packed-nhwc": Torch, "ort-python": OnnxRuntime, "opencv": OpenCv,
}


class Worker:
    def __init__(self):
        self.loaded = {}
        self.layers = {}

    def library(self, contender):
        kind = LIBRARIES[contender]
        if kind not in self.loaded:
            self.loaded[kind] = kind()
        return self.loaded[kind]

    def answer(self, line):
        request, *words = line.split(" ", 3)
        if request == "about":
            return json.dumps(self.about())
        if request == "export":
            export(line.split(" ", 1)[1])
            return ""
        if request == "memory":
            return peak_memory()
        if request == "prepare":
            contender, threads, folder = words
            library = self.library(contender)
            run, output = library.prepare(contender, int(threads), Data(folder))
            self.layers[contender] = (run, output, run())
            return ""
        if request == "warm":
            return self.times(words[0], lambda n, t: t < float(words[1]) / 1e3)
        if request == "run":
            self.layers[words[0]][0]()
            return self.times(words[0], lambda n, t: n < int(words[1]))
        if request == "output":
            contender, file = line.split(" ", 2)[1:]
            _, output, last = self.layers[contender]
            np.save(file, output(last))
            return ""
        if request == "release":
            self.layers.clear()
            gc.collect()
            return ""
        raise ValueError("no request is called '" + request + "'")

    def about(self):
        found = {"python": sys.version.split()[0]}
        for contender in LIBRARIES:
            try:
                found[contender] = self.library(contender).version
            except ImportError as e:
                found[contender] = "missing: " + str(e)
        return found

    def times(self, contender, wanted):
        run, output, last = self.layers[contender]
        clock, seconds = time.perf_counter, []
        begin = clock()
        while not seconds or wanted(len(seconds), clock() - begin):
            start = clock()
            last = run()
            seconds.append(clock() - start)
        self.layers[contender] = (run, output, last)
        return f"{min(seconds) * 1e3} {statistics.median(seconds) * 1e3}"


def peak_memory():
    """Returns the most bytes that the process has had in memory."""
    with open("/proc/self/status", encoding="ascii") as file:
        words = next(line for line in file if line.startswith("VmHWM")).split()
    return str(int(words[1]) * 1024)


def main():
    # Libraries that print must not print into the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    worker = Worker()
    gc.disable()
    for line in sys.stdin:
        try:
            reply = "ok " + worker.answer(line.rstrip("\n"))
        except Exception as e:  # whatever a library objects to is an answer too
            reply = "no " + (str(e).strip().splitlines() or [type(e).__name__])[0]
        answers.write(reply + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
