#!/usr/bin/env bash
# Every op, loss and layer that has derivatives has a case of the gradcheck command: gradcheck_cases_test.sh GRADCHECK.
# The names are those of docs/parity.md, which a test of its own holds to the headers.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

wanted=$(awk -F'|' '/^## / { open = /Ops|Losses|Layers/; prefix = /Layers/ ? "nn::" : "" }
                    open && /^\| `/ && $4 !~ /-/ { gsub(/[` ]/, "", $2); print prefix $2 }' docs/parity.md | sort -u)
(($(wc -l <<<"$wanted") > 300)) || { echo "docs/parity.md has no longer the names"; exit 1; }
missing=$(comm -23 <(echo "$wanted") <("$1" --list | sort -u))
[[ -z $missing ]] || { printf 'without a case in examples/gradcheck/*_cases.cpp:\n%s\n' "$missing"; exit 1; }
