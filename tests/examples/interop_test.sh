#!/usr/bin/env bash
# The digit trainer's weights go to PyTorch and back: interop_test.sh PROGRAM PYTHON. Exits with 77 where there is no PyTorch.
set -uo pipefail
mnist=$1 python=$2
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
"$python" -c 'import sys, importlib.util as u; sys.exit(not (u.find_spec("numpy") and u.find_spec("torch")))' || { echo "skipped: $python has no PyTorch"; exit 77; }
export GRADUS_DATA=$root/data/sample OMP_NUM_THREADS=1  # threads that wait for each other are slow beside other tests
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

# accuracy COMMAND...: the accuracy that its output ends with.
accuracy() { "$@" 2>&1 | tee -a log | sed -nE 's/.*test accuracy ([0-9.]+% \([0-9]+\/[0-9]+\)).*/\1/p' | tail -1; }
agree() {  # WHAT OURS THEIRS
  [[ -n $2 && $2 == "$3" ]] || { echo "FAILED: $1: ours '$2', theirs '$3'"; cat log; failed=1; }
}

ours=$(accuracy "$mnist" --epochs 1 --quiet --save net.pth)
again=$(accuracy "$mnist" --load net.pth --epochs 0 --quiet --save net.npz)
agree "weights from .pth" "$ours" "$again"
theirs=$("$python" -B "$root/examples/interop/to_pytorch.py" net.pth net.npz 2>&1 | tee -a log | sed 's/test accuracy //')
agree "weights to PyTorch as .pth and .npz" "$ours"$'\n'"$ours" "$theirs"
theirs=$(accuracy "$python" -B "$root/examples/interop/from_pytorch.py" torch.pth --epochs 0)
agree "weights from PyTorch" "$(accuracy "$mnist" --load torch.pth --epochs 0 --quiet)" "$theirs"
exit "$failed"
