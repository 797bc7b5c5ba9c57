#!/usr/bin/env bash
# A training that is killed again and again comes out with the same weights: resume_test.sh PROGRAM [KILLS].
# For each optimizer of the trainer, with augmentation, dropout and shuffling, a run is killed KILLS times (2) at random points
# and gone on with; its digest must be that of a run that nobody killed.
set -uo pipefail
mnist=$1
kills=${2:-2}
source "$(dirname "${BASH_SOURCE[0]}")/few_digits.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0
complain() { echo "FAILED: $*"; failed=1; }

few_digits data 160 20

train=("$mnist" --data data --epochs 3 --batch-size 16 --augment --dropout 0.3 --quiet)
digest_of() { sed -nE 's/.*weights ([0-9a-f]{16}).*/\1/p'; }
milliseconds() { date +%s%3N; }

RANDOM=${SEED:=$$}
total=0
for optimizer in sgd adadelta adafactor adagrad adam adamax adamw asgd lbfgs lion muon nadam novograd radam rmsprop rprop; do
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
((total >= 10 * kills)) || complain "only $total of the runs were still at work when they were killed"
exit "$failed"
