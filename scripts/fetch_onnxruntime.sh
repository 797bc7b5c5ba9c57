#!/usr/bin/env bash
# fetch_onnxruntime.sh [FOLDER]: puts ONNX Runtime for Node.js into FOLDER (build/onnxruntime), where the test
# interop/onnxruntime looks for it. npm's install scripts stay off: the package brings its library along.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=${1:-$root/build/onnxruntime}
command -v npm >/dev/null || { echo "fetch_onnxruntime: there is no npm here" >&2; exit 1; }
mkdir -p "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$folder" onnxruntime-node@1.30.0 </dev/null
node -e 'require(process.argv[1])' "$folder/node_modules/onnxruntime-node"
