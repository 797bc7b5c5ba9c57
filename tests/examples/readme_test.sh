#!/usr/bin/env bash
# The README tells the truth: its model is examples/quickstart.cpp, and prints what the README says. readme_test.sh PROGRAM
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# block N: the N-th fenced block of the README.
block() { awk -v n="$1" '/^```/ { fence = !fence; if (fence) ++k; next } fence && k == n' README.md; }
diff <(grep -v '^// ' examples/quickstart.cpp) <(block 2)
diff <("$1") <(block 4)
