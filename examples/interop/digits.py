"""The digit network of `mnist` in PyTorch, and the digits, for the scripts beside this one."""

import gzip
import os
import pathlib

import numpy
import torch
from torch import nn
from torch.nn import functional as F


class Cnn(nn.Module):
    """The names and shapes of the struct Cnn in examples/mnist/models.hpp, so that weights need no renaming."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3)
        self.conv2 = nn.Conv2d(32, 64, 3)
        self.fc1 = nn.Linear(1600, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return F.log_softmax(self.fc2(F.relu(self.fc1(torch.flatten(x, 1)))), 1)


def read_idx(folder, name):
    for path in (folder / name, folder / f"{name}.gz"):
        if path.exists():
            content = (gzip.open if path.suffix == ".gz" else open)(path, "rb").read()
            sizes = numpy.frombuffer(content, ">i4", content[3], 4)
            return numpy.frombuffer(content, "u1", offset=4 + 4 * content[3]).reshape(sizes)
    raise SystemExit(f"{folder} does not hold {name}; name the folder with MNIST by --data, or in $GRADUS_DATA")


def load(part, folder=None):
    """Images [n, 1, 28, 28], scaled as `mnist` does it, and labels of the part "train" or "t10k"."""
    sample = pathlib.Path(__file__).parents[2] / "data" / "sample"
    folder = pathlib.Path(folder or os.environ.get("GRADUS_DATA", sample))
    images = torch.from_numpy(read_idx(folder, f"{part}-images-idx3-ubyte").copy()).unsqueeze(1) / 255
    labels = torch.from_numpy(read_idx(folder, f"{part}-labels-idx1-ubyte").astype("i8"))
    return (images - 0.1307) / 0.3081, labels


@torch.no_grad()
def report(model, folder=None):
    """Prints the line with the accuracy that `mnist` ends with."""
    model.eval()
    images, labels = load("t10k", folder)
    hits = sum((model(x).argmax(1) == y).sum().item() for x, y in zip(images.split(250), labels.split(250)))
    print(f"test accuracy {100 * hits / len(labels):.2f}% ({hits}/{len(labels)})")
