"""PyTorch reads what write_models wrote, and computes the same: pytorch_test.py FIXTURES FOLDER. 77 where there is none."""

import pathlib
import sys

try:
    import numpy
    import torch
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

fixtures, folder = map(pathlib.Path, sys.argv[1:])
sys.dont_write_bytecode = True
sys.path.insert(0, str(fixtures))
from interop_models import MODELS  # noqa: E402

for name, (make, _) in MODELS.items():
    model = make()
    model.load_state_dict(torch.load(folder / f"{name}.pth"))
    state = torch.load(folder / f"{name}.pth", weights_only=True)
    assert list(state) == list(model.state_dict()), f"{name}: the names are {list(state)}"
    with numpy.load(folder / f"{name}.npz") as arrays:
        for key, value in model.state_dict().items():
            assert state[key].dtype == value.dtype and torch.equal(state[key], value), f"{name}: {key}"
            assert numpy.array_equal(arrays[key], value.numpy()), f"{name}: {key} of the .npz"
    model.eval()
    x = torch.from_numpy(numpy.load(folder / f"{name}.input.npy"))
    expected = torch.from_numpy(numpy.load(folder / f"{name}.output.npy"))
    with torch.no_grad():
        worst = (model(x) - expected).abs().max().item()
    print(f"{name}: {len(state)} tensors, outputs differ by at most {worst:.1e}")
    assert worst < 1e-5, name
