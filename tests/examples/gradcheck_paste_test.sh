#!/usr/bin/env bash
# What the gradcheck command prints can be pasted into a test: gradcheck_paste_test.sh GRADCHECK CUSTOM_LAYER_WRONG COMPILER...
# with the compiler's flags.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cases() { sed -n '/^TEST_CASE/,/^}/p'; }

{
  printf '#include "%s"\n' support/catch.hpp examples/custom_layer/mean_over_time_wrong.hpp
  { "$2" || (($? == 1)); } | cases
  "$1" --print --trials 1 --seed 3 --second-order aminmax 'conv?d' index_put sort nn::LSTM nn::LSTMCell | cases
} >"$work/pasted_test.cpp"
(($(grep -c '^TEST_CASE' "$work/pasted_test.cpp") == 17)) || { echo "cases are missing:"; cat "$work/pasted_test.cpp"; exit 1; }
"${@:3}" -fsyntax-only -I. -Itests "$work/pasted_test.cpp"
