#!/usr/bin/env bash
# Guards which file may include what: check_layers.sh [ROOT]. Prints each violation; silent if there is none.
#   examples -> training, onnx -> nn, optim, data -> autograd
#   within autograd: base <- kernels <- tensor <- tape <- ops <- gradcheck, graph, derivatives, checkpoint
# Further: a third-party library stays inside its one file, a source includes its own header first (so that the header is
# known to stand alone), and the umbrella headers miss nothing.
set -euo pipefail
shopt -s globstar nullglob
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/..}"
violations=0

complain() { echo "$1"; violations=$((violations + 1)); }

# layer FILE: its place in the order; a file may include what has the same place or a lower one.
layer() {
  case $1 in
    autograd/error.* | autograd/location.* | autograd/dtype.* | autograd/shape.* | autograd/pair.* | autograd/member*) echo 0 ;;  # base
    autograd/kernels/*) echo 1 ;;
    autograd/tensor*.cpp) echo 3 ;;  # a handle's functions reach for its place on the tape; its header must not
    autograd/backward.cpp) echo 4 ;;  # the engine adds gradients up with ops; its header must not
    autograd/tape* | autograd/trace* | autograd/backward* | autograd/anomaly*) echo 3 ;;
    autograd/ops/* | autograd/ops.hpp) echo 4 ;;
    autograd/gradcheck* | autograd/graph* | autograd/print* | autograd/derivatives* | autograd/checkpoint*) echo 5 ;;
    autograd/*) echo 2 ;;  # tensor, storage, random numbers
    nn/* | optim/* | data/*) echo 6 ;;
    training/* | onnx/*) echo 7 ;;
    gradus.hpp) echo 8 ;;
    *) echo 9 ;;  # the programs
  esac
}

# home LIBRARY_HEADER: which of our files may include it, as a regular expression; nothing if all may.
home() {
  case $1 in
    tbb/* | oneapi/*) echo 'autograd/kernels/(parallel|memory)\.cpp' ;;
    libxsmm*) echo 'autograd/kernels/gemm[^/]*\.cpp' ;;
    Eigen/* | unsupported/Eigen/*) echo 'autograd/(kernels/gemm|(kernels|ops)/linalg)[^/]*\.cpp' ;;
    boost/graph/* | boost/property_map/*) echo 'autograd/graph[^/]*\.[hc]pp' ;;
    onnx/onnx_pb.h) echo 'onnx/model\.cpp' ;;
    zip.h) echo 'data/zip\.cpp' ;;
    boost/math/*) echo 'autograd/kernels/special\.cpp' ;;
    google/protobuf/* | *.pb.h) echo 'training/tensorboard[^/]*\.cpp' ;;
    png.h) echo 'data/png\.cpp' ;;
    turbojpeg.h) echo 'data/jpeg\.cpp' ;;
    boost/program_options*) echo '(examples/.*|nn/gradcheck/main\.cpp)' ;;
  esac
}

check_include() {  # FILE INCLUDED
  local file=$1 included=$2 own pattern
  if [[ $included == gradus/* ]]; then
    own=${included#gradus/}
    (($(layer "$file") >= $(layer "$own"))) || complain "$file includes $own, which stands above it"
    [[ $file =~ ^(nn|optim|data)/ && $own =~ ^(nn|optim|data)/ && ${file%%/*} != "${own%%/*}" ]] &&
      complain "$file includes $own: ${file%%/*} must not know ${own%%/*}"
    [[ -e $own ]] || complain "$file includes $own, which does not exist"
  elif [[ $included =~ (^|/)(autograd|nn|optim|data|training|examples|tests)/ && ! $file =~ ^examples/ ]]; then
    complain "$file includes $included; our own headers are spelled <gradus/...>"
  else
    pattern=$(home "$included")
    [[ -z $pattern || $file =~ ^$pattern$ ]] || complain "$file includes $included, which only $pattern may"
  fi
}

sources=({autograd,nn,optim,data,training,onnx,examples}/**/*.{hpp,cpp} gradus.hp[p])
includes=$(grep -HE '^ *# *include *[<"]' "${sources[@]}" /dev/null |
  sed -E 's/^([^:]+): *# *include *[<"]([^>"]+).*/\1 \2/')
declare -A first known
while read -r file included; do
  [[ -n $file ]] || continue
  check_include "$file" "$included"
  known["$file $included"]=1 first[$file]=${first[$file]:-$included}
done <<<"$includes"

for source in {autograd,nn,optim,data,training,onnx}/**/*.cpp; do
  header=${source%.cpp}.hpp
  [[ -e $header ]] || continue
  [[ ${first[$source]:-} == "gradus/$header" ]] ||
    complain "$source must include <gradus/$header> first"
done

# An umbrella includes every header but those that open with "For writers of": they are for new ops, not for their users.
check_umbrella() {  # UMBRELLA HEADER...
  local umbrella=$1 header
  for header in "${@:2}"; do
    [[ $header == "$umbrella" || ${known["$umbrella gradus/$header"]:-} ]] || grep -q '^/// For writers of ' "$header" ||
      complain "$umbrella does not include $header"
  done
}
check_umbrella autograd/ops.hpp autograd/ops/**/*.hpp
check_umbrella nn/nn.hpp nn/**/*.hpp
check_umbrella optim/optim.hpp optim/**/*.hpp
check_umbrella data/data.hpp data/**/*.hpp
check_umbrella training/training.hpp training/**/*.hpp

((violations == 0)) || { echo "$violations violation(s) of the order of includes"; exit 1; }
