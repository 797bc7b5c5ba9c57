#!/usr/bin/env python3
"""Loads weights that `mnist --save` wrote into PyTorch, and reads the test digits with them.

    ./dev mnist --epochs 1 --save net.pth
    /usr/bin/python3 examples/interop/to_pytorch.py net.pth
"""

import argparse

import numpy
import torch

from digits import Cnn, report


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", help="net.pth or net.npz")
    parser.add_argument("--data", help="folder with MNIST (default: $GRADUS_DATA, or the sample in data/sample)")
    options = parser.parse_args()

    for file in options.files:
        if file.endswith(".npz"):
            with numpy.load(file) as arrays:
                state = {name: torch.from_numpy(arrays[name]) for name in arrays.files}
        else:
            state = torch.load(file, weights_only=True)
        model = Cnn()
        model.load_state_dict(state)
        report(model, options.data)


if __name__ == "__main__":
    main()
