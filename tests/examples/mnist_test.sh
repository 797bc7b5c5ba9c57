#!/usr/bin/env bash
# The digit trainer as its user meets it: mnist_test.sh PROGRAM. Trains on the sample in data/sample.
set -uo pipefail
mnist=$1
export GRADUS_DATA=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../data/sample" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0
complain() { echo "FAILED: $*"; failed=1; }

# expect CODE PATTERN ARGUMENT...: the exit code, and a line of what it prints that matches.
expect() {
  local code=$1 pattern=$2 got
  shift 2
  "$mnist" "$@" >out 2>&1
  got=$?
  [[ $got == "$code" ]] || complain "mnist $* exits with $got, not $code: $(tail -n 3 out)"
  grep -qE "$pattern" out || complain "mnist $* prints no '$pattern' but: $(tail -n 3 out)"
}
digest() { "$mnist" --model mlp --epochs 1 --quiet "$@" | sed -E 's/.*weights ([0-9a-f]{16}).*/\1/'; }

expect 0 'example: mnist --epochs 3' --help
expect 2 '^mnist: .*--colour' --colour red
expect 2 '^mnist: --model tree is not known; choose one of cnn, mlp, lenet' --model tree
expect 2 '^mnist: --epochs -1 must be at least 0' --epochs=-1
expect 2 'nowhere \(the folder that was given\) does not hold train-images-idx3-ubyte' --data nowhere
expect 2 'no/such/net.safetensors cannot be written' --save no/such/net.safetensors
expect 2 'cannot be opened' --load missing.safetensors
[[ $(wc -l <out) == 1 ]] || complain "an error takes more than one line: $(cat out)"

last='^test accuracy [0-9.]+% \([0-9]+/1000\)  weights [0-9a-f]{16}  1 epoch in [0-9.]+ s$'
expect 0 "$last" --model mlp --epochs 1 --quiet
[[ $(wc -l <out) == 1 ]] || complain "--quiet prints more than the last line"
expect 1 "$last" --model mlp --epochs 1 --require-accuracy 99.9
expect 0 "$last" --model lenet --epochs 1 --optimizer adam --schedule cosine --require-accuracy 60
expect 0 "$last" --epochs 1 --save net.safetensors --graph net.dot --log run.jsonl --augment --require-accuracy 50
grep -q 'conv1.weight' net.dot || complain "the graph does not name conv1.weight"
grep -qE '^\{"epoch": 1, "train_loss": [0-9.]+, .*"test_accuracy": 0\.[0-9]+' run.jsonl || complain "no JSON line in the log"

expect 0 '^ *7  +[0-9.]+%' --load net.safetensors --predict test:0
expect 0 '  <$' --load net.safetensors --predict "$GRADUS_DATA/t10k-images-idx3-ubyte.gz:3"
expect 2 'there is no number 5000' --load net.safetensors --predict test:5000
expect 2 'picture.png cannot be read' --load net.safetensors --predict picture.png
expect 2 'holds a cnn, not a mlp; say --model cnn' --model mlp --load net.safetensors
# The same weights come back from every format, and the graph goes to other runtimes.
for format in pth npz; do
  expect 0 '0 epochs' --model mlp --epochs 0 --seed 5 --quiet --save "net.$format"
  ours=$(sed -E 's/.*weights ([0-9a-f]{16}).*/\1/' out)
  expect 0 "weights $ours  0 epochs" --model mlp --load "net.$format" --epochs 0 --quiet
done
expect 0 'weights written to net.onnx' --epochs 0 --save net.onnx
grep -q 'conv1.weight' net.onnx || complain "net.onnx does not name conv1.weight"
expect 2 "net.onnx" --load net.onnx --epochs 0
expect 2 '^mnist: --save net.bin does not end in one of .safetensors, .pth, .pt, .npz, .onnx' --save net.bin
head -c 1000 net.safetensors >cut.safetensors
expect 2 'cut.safetensors' --load cut.safetensors --predict test:0

[[ $(digest --threads 1) == $(digest --threads 3) ]] || complain "the weights depend on the number of threads"
[[ $(digest --seed 1) != $(digest --seed 2) ]] || complain "the weights do not depend on the seed"

"$mnist" --epochs 10000 --save stopped.safetensors >out 2>&1 &
sleep 3
kill -INT $!
wait $!
code=$?
[[ $code == 130 ]] || complain "an interrupted run exits with $code: $(tail -n 3 out)"
grep -q 'interrupted: weights written to stopped.safetensors' out || complain "an interrupted run does not say that it saved"
expect 0 '  <$' --load stopped.safetensors --predict test:1
exit "$failed"
