#!/usr/bin/env bash
# A training that is killed again and again comes out with the same weights: resume_test.sh PROGRAM [KILLS].
# For each optimizer, with augmentation, dropout and shuffling, a run is killed KILLS times (5) at random points and
# gone on with; its digest must be that of a run that nobody killed.
set -uo pipefail
mnist=$1
kills=${2:-5}
sample=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../data/sample" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0
complain() { echo "FAILED: $*"; failed=1; }

# big_endian NUMBER: as four bytes.
big_endian() { printf "$(printf '\\x%02x\\x%02x\\x%02x\\x%02x' $(($1 >> 24 & 255)) $(($1 >> 16 & 255)) $(($1 >> 8 & 255)) $(($1 & 255)))"; }
# cut SPLIT COUNT: the first images and labels of a split of the sample.
cut_split() {
  { big_endian 2051; big_endian "$2"; big_endian 28; big_endian 28
    gunzip -c "$sample/$1-images-idx3-ubyte.gz" | tail -c +17 | head -c $((784 * $2)); } >"data/$1-images-idx3-ubyte"
  { big_endian 2049; big_endian "$2"
    gunzip -c "$sample/$1-labels-idx1-ubyte.gz" | tail -c +9 | head -c "$2"; } >"data/$1-labels-idx1-ubyte"
}
mkdir data
cut_split train 200 2>/dev/null
cut_split t10k 50 2>/dev/null

train=("$mnist" --data data --epochs 3 --batch-size 16 --augment --dropout 0.3 --quiet)
digest_of() { sed -nE 's/.*weights ([0-9a-f]{16}).*/\1/p'; }
milliseconds() { date +%s%3N; }

RANDOM=${SEED:=$$}
total=0
for optimizer in sgd adam adamw rmsprop adagrad; do
  start=$(milliseconds)
  wanted=$("${train[@]}" --optimizer "$optimizer" --checkpoint "whole-$optimizer" --every 1 | digest_of)
  duration=$(($(milliseconds) - start))
  [[ -n $wanted ]] || { complain "$optimizer: the run that nobody kills prints no digest"; continue; }

  resume=(--optimizer "$optimizer" --checkpoint "killed-$optimizer" --every 1 --resume)
  for ((done = 0; done < kills; ++done)); do
    "${train[@]}" "${resume[@]}" >out 2>&1 &
    pid=$!
    # So early that it is still at work, even in its last life.
    sleep "$(awk -v n=$RANDOM -v whole="$duration" -v kills="$kills" 'BEGIN { print 0.0015 * whole * n / 32768 / kills }')"
    kill -KILL "$pid" 2>/dev/null && total=$((total + 1))
    wait "$pid" 2>/dev/null
  done
  got=$("${train[@]}" "${resume[@]}" 2>err | digest_of)
  [[ $got == "$wanted" ]] || complain "$optimizer: weights $got after $kills kills, $wanted without (SEED=$SEED): $(cat err)"
done
echo "$total runs killed"
((total >= 4 * kills)) || complain "only $total of the runs were still at work when they were killed"
exit "$failed"
