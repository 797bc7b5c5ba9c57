#!/usr/bin/env bash
# fetch_pytorch.sh FOLDER: puts the current release of PyTorch into a Python environment of its own and prints where its
# headers and libraries are. Of what it depends on only the two small libraries come along that its library for the
# processor is linked to; a graphics card is not wanted.
set -euo pipefail
folder=$1
pip() { "$folder/bin/pip" install --disable-pip-version-check "$@" >"$folder/pip.log" 2>&1 || { tail -1 "$folder/pip.log" >&2; exit 1; }; }
find_torch() { "$folder/bin/python" -c 'import importlib.util, os; print(os.path.dirname(importlib.util.find_spec("torch").origin))'; }

if [[ ! -e $folder/complete ]]; then
  rm -rf "$folder"
  python3 -m venv "$folder" >&2
  pip --no-deps torch
  needed=$("$folder/bin/python" -c 'import importlib.metadata as m, re
for line in m.requires("torch") or []:
    found = re.match(r"cuda-toolkit\[[^]]*\]\s*(==[\d.]+)", line)
    if found: print("cuda-toolkit[cudart,cupti]" + found.group(1))')
  [[ -z $needed ]] || pip "$needed"  # pip complains about all the rest that is not there
  touch "$folder/complete"
fi
find_torch
