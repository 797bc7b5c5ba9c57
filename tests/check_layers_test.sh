#!/usr/bin/env bash
# tests/check_layers.sh itself: accepts a small tree, and finds each violation planted into it.
set -uo pipefail
check=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/check_layers.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

put() {  # FILE INCLUDE...
  mkdir -p "$work/tree/$(dirname "$1")"
  printf '#include <%s>\n' "${@:2}" >"$work/tree/$1"
}

clean_tree() {
  rm -rf "$work/tree"
  put autograd/error.hpp string
  put autograd/kernels/gemm.hpp span
  put autograd/kernels/gemm.cpp gradus/autograd/kernels/gemm.hpp libxsmm.h Eigen/Core
  put autograd/kernels/parallel.hpp gradus/autograd/error.hpp
  put autograd/kernels/parallel.cpp gradus/autograd/kernels/parallel.hpp oneapi/tbb/parallel_for.h
  put autograd/tensor.hpp gradus/autograd/error.hpp
  put autograd/tensor.cpp gradus/autograd/tensor.hpp gradus/autograd/tape.hpp
  put autograd/tape.hpp gradus/autograd/tensor.hpp
  put autograd/ops/matmul.hpp gradus/autograd/tensor.hpp
  put autograd/ops/matmul.cpp gradus/autograd/ops/matmul.hpp gradus/autograd/tape.hpp gradus/autograd/kernels/gemm.hpp
  put autograd/ops/elementwise.hpp gradus/autograd/tensor.hpp
  echo '/// For writers of elementwise ops.' >>"$work/tree/autograd/ops/elementwise.hpp"
  put autograd/ops.hpp gradus/autograd/ops/matmul.hpp
  put autograd/graph.hpp gradus/autograd/tape.hpp boost/graph/adjacency_list.hpp
  put autograd/gradcheck.hpp gradus/autograd/ops.hpp
  put nn/linear.hpp gradus/autograd/ops.hpp
  put nn/nn.hpp gradus/nn/linear.hpp
  put optim/sgd.hpp gradus/autograd/tensor.hpp
  put optim/optim.hpp gradus/optim/sgd.hpp
  put data/idx.hpp gradus/autograd/tensor.hpp
  put data/data.hpp gradus/data/idx.hpp
  put gradus.hpp gradus/autograd/ops.hpp gradus/nn/nn.hpp gradus/optim/optim.hpp gradus/data/data.hpp
  put examples/mnist/main.cpp gradus/gradus.hpp boost/program_options.hpp
}

planted() {  # EXPECTED_COMPLAINT FILE INCLUDE...: the tree with that one file must be refused for that one reason
  clean_tree
  put "${@:2}"
  local said
  if said=$("$check" "$work/tree"); then
    echo "FAILED: not found: $2 with ${*:3}"
    failures=$((failures + 1))
  elif [[ $said != *"$1"*$'\n1 violation'* ]]; then
    echo "FAILED: expected '$1', got: $said"
    failures=$((failures + 1))
  fi
}

clean_tree
"$check" "$work/tree" || { echo "FAILED: the clean tree is refused"; failures=$((failures + 1)); }

planted "kernels/add.hpp includes autograd/tensor.hpp" autograd/kernels/add.hpp gradus/autograd/tensor.hpp
planted "tensor.hpp includes autograd/tape.hpp" autograd/tensor.hpp gradus/autograd/tape.hpp
planted "tape.hpp includes autograd/ops.hpp" autograd/tape.hpp gradus/autograd/ops.hpp
planted "ops/matmul.hpp includes autograd/graph.hpp" autograd/ops/matmul.hpp gradus/autograd/graph.hpp
planted "ops/matmul.hpp includes autograd/gradcheck.hpp" autograd/ops/matmul.hpp gradus/autograd/gradcheck.hpp
planted "gradcheck.hpp includes nn/linear.hpp" autograd/gradcheck.hpp gradus/nn/linear.hpp
planted "nn must not know optim" nn/linear.hpp gradus/optim/sgd.hpp
planted "optim must not know nn" optim/sgd.hpp gradus/nn/linear.hpp
planted "data must not know nn" data/idx.hpp gradus/nn/linear.hpp
planted "nn/linear.hpp includes gradus.hpp" nn/linear.hpp gradus/gradus.hpp
planted "which does not exist" nn/linear.hpp gradus/autograd/absent.hpp
planted "spelled <gradus/...>" nn/linear.hpp autograd/tensor.hpp
planted "spelled <gradus/...>" nn/linear.hpp ../optim/sgd.hpp
planted "includes tbb/task_arena.h" data/idx.hpp tbb/task_arena.h
planted "includes oneapi/tbb/parallel_for.h" autograd/kernels/parallel.hpp oneapi/tbb/parallel_for.h
planted "includes libxsmm.h" autograd/ops/conv.cpp libxsmm.h
planted "includes Eigen/Core" autograd/kernels/gemm.hpp Eigen/Core
planted "includes boost/graph/graphviz.hpp" autograd/tape.hpp boost/graph/graphviz.hpp
planted "includes boost/program_options.hpp" data/idx.hpp boost/program_options.hpp
planted "must include <gradus/autograd/ops/matmul.hpp> first" autograd/ops/matmul.cpp vector gradus/autograd/ops/matmul.hpp
planted "autograd/ops.hpp does not include autograd/ops/sum.hpp" autograd/ops/sum.hpp gradus/autograd/tensor.hpp
planted "nn/nn.hpp does not include nn/dropout.hpp" nn/dropout.hpp gradus/autograd/ops.hpp
planted "optim/optim.hpp does not include optim/adam.hpp" optim/adam.hpp gradus/autograd/tensor.hpp
planted "data/data.hpp does not include data/loader.hpp" data/loader.hpp gradus/autograd/tensor.hpp

((failures == 0))
