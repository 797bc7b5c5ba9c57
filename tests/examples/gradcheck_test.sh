#!/usr/bin/env bash
# The gradcheck command as its user meets it: gradcheck_test.sh GRADCHECK CUSTOM_LAYER CUSTOM_LAYER_WRONG
set -uo pipefail
gradcheck=$1 right=$2 wrong=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# expect CODE PATTERN COMMAND...: the exit code, and a line that matches among what is printed.
expect() {
  local code=$1 pattern=$2 given
  "${@:3}" >"$work/output" 2>&1
  given=$?
  if ((given != code)) || ! grep -Eq -- "$pattern" "$work/output"; then
    echo "FAILED: ${*:3}: exit code $given, wanted $code and '$pattern'; it printed:"
    cat "$work/output"
    failures=$((failures + 1))
  fi
}

expect 0 '^conv2d$' "$gradcheck" --list
expect 0 '^nn::Linear$' "$gradcheck" --list 'nn::*'
expect 0 '^1 cases, 3 trials: all agree' "$gradcheck" conv2d --trials 3
expect 0 '^[2-9] cases' "$gradcheck" 'm?x' 'min' --trials 1 --second-order --threads 1
expect 0 'all agree' "$gradcheck" exp --dtype float32 --trials 2 --seed 5
expect 0 'not tried' "$gradcheck" --time-limit 0.000001
expect 0 'usage:' "$gradcheck" --help
expect 2 'no case matches nosuchop' "$gradcheck" nosuchop
expect 2 'unrecognised option' "$gradcheck" --nonsense
expect 2 'must be at least 1' "$gradcheck" --trials 0
expect 2 'float16 is not known' "$gradcheck" --dtype float16
expect 2 'cannot write' "$gradcheck" exp --trials 1 --json "$work/no/such/folder.json"

# The layer that is right, and the one that is wrong: its mistake by name, and the smallest case as C++.
expect 0 'all agree' "$right" --second-order
expect 1 'constant factor in d out / d x: the derivative is 2 times what it should be; 2 is the size of dimension 1 of x' \
  "$wrong" --seed 1 --json "$work/found.json"
expect 1 '^  CHECK\(gradcheck\(MeanOverTime\{1\}, \{x\}\)\);' "$wrong" --seed 1
expect 1 'from_vector<(double|float)>\(\{[^,]*, [^,]*\}, \{1, 2, 1\}\)' "$wrong" --seed 1
expect 0 '"bug":"constant factor"' cat "$work/found.json"
expect 1 'from_vector<float>' "$wrong" --dtype float32
expect 1 'from_vector<double>' "$wrong" --dtype float64
command -v python3 >"$work/output" && expect 0 '"case": "MeanOverTime"' python3 -m json.tool "$work/found.json"

# Trials are the same for the same seed, and others for another.
printed() { "$gradcheck" matmul --trials 2 --print --seed "$1" | grep -v ' trials: '; }
diff <(printed 4) <(printed 4) && ! diff <(printed 4) <(printed 5) >"$work/output" || failures=$((failures + 1))
expect 0 'has the right second derivatives' "$gradcheck" matmul --trials 1 --print --second-order

# On a terminal, a line of progress.
if command -v script >"$work/output"; then
  expect 0 '\[1/1\] matmul, trial 2' script -qec "$gradcheck matmul --trials 2" /dev/null
fi

exit $((failures > 0))
