#!/usr/bin/env python3
"""Trains the digit network in PyTorch and saves its weights for `mnist --load`.

    /usr/bin/python3 examples/interop/from_pytorch.py net.pth
    ./dev mnist --load net.pth --epochs 0
"""

import argparse

import torch
from torch.nn import functional as F

from digits import Cnn, load, report


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", help="net.pth")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--data", help="folder with MNIST (default: $GRADUS_DATA, or the sample in data/sample)")
    options = parser.parse_args()

    torch.manual_seed(1)
    model = Cnn()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True)
    images, labels = load("train", options.data)
    for _ in range(options.epochs):
        for batch in torch.randperm(len(labels)).split(64):
            optimizer.zero_grad()
            F.nll_loss(model(images[batch]), labels[batch]).backward()
            optimizer.step()
    torch.save(model.state_dict(), options.file)
    report(model, options.data)


if __name__ == "__main__":
    main()
