#!/usr/bin/env bash
# The digit trainer as its user meets it: mnist_test.sh PROGRAM [few]. Trains on the sample in data/sample; with `few`, for a
# program that a sanitizer slows down, on a tenth of it and without a bar for the accuracy.
set -uo pipefail
mnist=$1 few=${2:-}
source "$(dirname "${BASH_SOURCE[0]}")/few_digits.sh"
export GRADUS_DATA=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../data/sample" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
sample=$GRADUS_DATA failed=0 tested=1000 bar_lenet=60 bar_cnn=50 batch=64
if [[ $few ]]; then
  few_digits few 192 100
  export GRADUS_DATA=$work/few
  tested=100 bar_lenet=0 bar_cnn=0 batch=6
fi
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

last='^test accuracy [0-9.]+% \([0-9]+/'$tested'\)  weights [0-9a-f]{16}  1 epoch in [0-9.]+ s$'
expect 0 "$last" --model mlp --epochs 1 --quiet
[[ $(wc -l <out) == 1 ]] || complain "--quiet prints more than the last line"
expect 1 "$last" --model mlp --epochs 1 --require-accuracy 99.9
expect 0 "$last" --model lenet --epochs 1 --optimizer adam --schedule cosine --require-accuracy $bar_lenet
expect 0 "$last" --epochs 1 --save net.safetensors --graph net.dot --log run.jsonl --augment --require-accuracy $bar_cnn
grep -q 'conv1.weight' net.dot || complain "the graph does not name conv1.weight"
grep -qE '^\{"epoch": 1, "train_loss": [0-9.]+, .*"test_accuracy": 0\.[0-9]+' run.jsonl || complain "no JSON line in the log"

expect 0 '^ *7  +[0-9.]+%' --load net.safetensors --predict test:0
expect 0 '  <$' --load net.safetensors --predict "$sample/t10k-images-idx3-ubyte.gz:3"
expect 2 'there is no number 5000' --load net.safetensors --predict test:5000
expect 2 'picture.png cannot be opened' --load net.safetensors --predict picture.png
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

# What a checkpoint is good for. The kills are in resume_test.sh.
last_digest() { sed -nE 's/.*weights ([0-9a-f]{16}).*/\1/p' out; }
run=(--model mlp --epochs 2 --batch-size $batch)
expect 2 '^mnist: --resume needs --checkpoint DIR' --resume
expect 2 '^mnist: --every 0?-1 must be at least 0' --every=-1
expect 2 '^mnist: --dropout: the mlp has none' --model mlp --dropout 0.5
expect 0 "weights" "${run[@]}" --checkpoint kept --every 10 --resume --log log.csv
whole=$(last_digest)
[[ $(ls kept) == $'best.checkpoint\nstep-00000050.checkpoint\nstep-00000060.checkpoint\nstep-00000064.checkpoint' ]] ||
  complain "the folder of checkpoints holds $(ls kept)"
[[ $(wc -l <log.csv) == 3 && $(head -n 1 log.csv) == epoch,train_loss,* ]] || complain "log.csv is $(cat log.csv)"
expect 2 'kept holds checkpoints already; --resume goes on from them' "${run[@]}" --checkpoint kept
expect 2 'step-00000064.checkpoint was made with seed 1, not 2' "${run[@]}" --checkpoint kept --resume --seed 2
expect 0 'going on from kept/step-00000064.checkpoint, step 64' "${run[@]}" --checkpoint kept --resume
[[ $(last_digest) == "$whole" ]] || complain "a run gone on with after its end has other weights"
truncate -s -5 kept/step-00000064.checkpoint
printf x | dd of=kept/step-00000060.checkpoint bs=1 seek=100000 conv=notrunc status=none
expect 0 'step-00000064.checkpoint is truncated.*; taking the one before' "${run[@]}" --checkpoint kept --resume
grep -q 'step-00000060.checkpoint is damaged: its checksum does not fit; taking the one before' out || complain "no word of the second: $(cat out)"
grep -q 'going on from kept/step-00000050.checkpoint, step 50' out || complain "not the one before: $(cat out)"
[[ $(last_digest) == "$whole" ]] || complain "a run gone on with after damage has other weights"

# A disk that is full (files may not grow beyond 50 kB) ends the run and costs no checkpoint.
cp -r kept full && rm full/step-0000006*
(trap '' XFSZ; ulimit -f 50; exec "$mnist" "${run[@]}" --checkpoint full --every 10 --resume) >out 2>&1
code=$?
[[ $code == 2 ]] || complain "a run on a full disk exits with $code: $(tail -n 3 out)"
grep -q 'full/step-00000060.checkpoint cannot be written (File too large)' out || complain "no word of the full disk: $(tail -n 3 out)"
[[ $(ls full) == $'best.checkpoint\nstep-00000050.checkpoint' ]] || complain "a full disk leaves $(ls full)"
expect 0 'going on from full/step-00000050.checkpoint' "${run[@]}" --checkpoint full --resume
[[ $(last_digest) == "$whole" ]] || complain "a run gone on with after a full disk has other weights"

"$mnist" --epochs 10000 --checkpoint terminated --every 1 >out 2>&1 &
for _ in {1..300}; do ls terminated/step-*.checkpoint >/dev/null 2>&1 && break; sleep 0.1; done  # it is at work
kill -TERM $!
wait $!
code=$?
[[ $code == 143 ]] || complain "a terminated run exits with $code: $(tail -n 3 out)"
[[ -n $(ls terminated/step-*.checkpoint) ]] || complain "a terminated run leaves no checkpoint"

expect 3 '^mnist: the loss of step [0-9]+ is (nan|inf|-nan); .* mnist --replay mnist-failed.capsule says' --lr 1e25 --optimizer adam
expect 0 '^[a-z0-9_]+: the result .* is not finite.*train.cpp:[0-9]+\)|^[a-z0-9_]+: .* is not finite.*models.hpp:[0-9]+\)' --replay mnist-failed.capsule
grep -q '^conv1: \[64, 32, 26, 26\], from' out || complain "the replay does not step through the layers: $(cat out)"
expect 2 'kept/best.checkpoint holds no images: it is no capsule' --replay kept/best.checkpoint

"$mnist" --epochs 10000 --save stopped.safetensors >out 2>&1 &
sleep 3
kill -INT $!
wait $!
code=$?
[[ $code == 130 ]] || complain "an interrupted run exits with $code: $(tail -n 3 out)"
grep -q 'interrupted: weights written to stopped.safetensors' out || complain "an interrupted run does not say that it saved"
expect 0 '  <$' --load stopped.safetensors --predict test:1
exit "$failed"
