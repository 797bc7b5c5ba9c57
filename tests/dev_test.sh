#!/usr/bin/env bash
# ./dev as a stranger meets it; the package tools are played by stubs.
set -uo pipefail
dev=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/dev
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/stubs"
export PATH=$work/stubs:$PATH LOG=$work/apt WANTING=nothing
failures=0

stub() { printf '#!/usr/bin/env bash\n%s\n' "$2" >"$work/stubs/$1" && chmod +x "$work/stubs/$1"; }
expect() { if ! eval "$2"; then echo "FAILED: $1 ($2)"; failures=$((failures + 1)); fi; }

stub dpkg-query '[[ " $WANTING " == *" ${!#} "* ]] || printf installed'
stub apt-get 'echo "$DEBIAN_FRONTEND $*" >>"$LOG"; [[ " $* " != *" $REFUSED "* ]]'
stub sudo '[[ $1 != -n ]] || shift; exec "$@"'
unset DEBIAN_FRONTEND
export REFUSED=nothing

"$dev" >"$work/help"
for verb in mnist test bench fuzz check format deps fetch; do
  expect "help has a line for $verb" '(($(grep -c "^\./dev $verb " "$work/help") == 1))'
done

"$dev" nonsense 2>"$work/said" >&2; status=$?
expect "an unknown verb is exit code 2" '((status == 2))'
expect "an unknown verb is one line that names it" '(($(wc -l <"$work/said") == 1)) && grep -q nonsense "$work/said"'

"$dev" deps 2>/dev/null
expect "apt-get is left alone when nothing is missing" '[[ ! -e $LOG ]]'

"$dev" fuzz nothing 2>"$work/said"; status=$?
expect "a reader that nobody fuzzes is said" '((status == 2)) && grep -q "no tests/fuzz/nothing_target.cpp" "$work/said"'
"$dev" fuzz --seconds soon 2>"$work/said"; status=$?
expect "a time that is none is said" '((status == 2)) && grep -q "soon" "$work/said"'

WANTING="ninja-build curl" "$dev" deps 2>/dev/null; status=$?
expect "what is missing is installed" '((status == 0)) && grep -qE "^noninteractive .* install --yes .* ninja-build curl$" "$LOG"'
expect "the lists are refreshed first" 'head -1 "$LOG" | grep -q "^noninteractive .* update$"'

WANTING=curl REFUSED=curl "$dev" deps 2>"$work/said"; status=$?
expect "a package that cannot be had is said" '((status == 1)) && grep -q "could not install curl" "$work/said"'

((failures == 0))
