#!/usr/bin/env bash
# Every public op that is differentiable, and every layer, has a case of the gradcheck command: gradcheck_cases_test.sh
# GRADCHECK. Prints those that have none.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
cases=$("$1" --list)

# Without a derivative: comparisons, integers, random and new tensors. Not functions of tensors alone: to, clone and the
# like are cased as "clone".
exempt='eq ne lt le gt ge logical_and logical_or logical_xor logical_not isnan isinf isfinite all any argmax argmin one_hot
full zeros ones empty full_like zeros_like ones_like arange linspace eye from_span from_vector borrow tensor
rand uniform randn normal randint randperm bernoulli rand_like randn_like abs_power signed_power max_pool2d_with_indices
nn::AnyLayer'

# public_headers FOLDER: those that are not for writers of others.
public_headers() { grep -L '^/// For writers of ' "$1"/*.hpp; }

ops=$(public_headers autograd/ops | xargs grep -hoE '^(Tensor|std::vector<Tensor>|Extremum) [a-z0-9_]+[a-z0-9]\(' | sed -E 's/.* (.*)\(/\1/' | sort -u)
layers=$(public_headers nn | xargs awk '/^(struct|class) [A-Z]/ { name = $2 } /^ *Tensor operator\(\)\(/ && name != "" { print name; name = "" } /^};/ { name = "" }' |
  sed 's/^/nn::/' | sort -u)

missing=0
for name in $ops $layers; do
  grep -qw -- "$name" <<<"$exempt" && continue
  grep -qxF -- "$name" <<<"$cases" || { echo "no case: $name"; missing=$((missing + 1)); }
done
((missing == 0)) || { echo "$missing without a case in examples/gradcheck/*_cases.cpp"; exit 1; }
