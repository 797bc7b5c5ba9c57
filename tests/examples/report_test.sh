#!/usr/bin/env bash
# The report and TensorBoard's files of a training, as their reader meets them: report_test.sh PROGRAM. Where there is a
# browser the page is opened in it; where Python has TensorBoard, that reads the event files.
set -uo pipefail
mnist=$1
export GRADUS_DATA=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../data/sample" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0
complain() { echo "FAILED: $*"; failed=1; }

out=$("$mnist" --model mlp --epochs 2 --quiet --report run.html --tensorboard board) || complain "mnist fails: $out"
accuracy=$(sed -nE 's/^test accuracy ([0-9.]+)%.*/\1/p' <<<"$out")
digest=$(sed -nE 's/.*weights ([0-9a-f]{16}).*/\1/p' <<<"$out")
for part in "$digest" '<h2>Curves</h2>' '<h2>Confusion</h2>' '<h2>Worst mistakes</h2>' '<h2>Filters of the first layer</h2>' \
  '<h2>Time and memory by layer</h2>' '<h2>Settings</h2>' '<td>hidden</td>' '<td>lr</td>'; do
  grep -q "$part" run.html || complain "the report has no $part"
done

# The page itself says what it looks like: every picture is decoded, every drawing and table has a size, nothing sticks out.
look='<script>window.addEventListener("load", () => {
  const all = s => [...document.querySelectorAll(s)], area = e => { const r = e.getBoundingClientRect(); return r.width * r.height; };
  document.body.innerHTML += `<pre>LOOK images ${all("img").length} broken ${all("img").filter(i => i.naturalWidth == 0).length} ` +
    `drawings ${all("svg").length} lines ${all("path.line").filter(p => p.getTotalLength() > 20).length} ` +
    `empty ${all("svg, table, .card, .head div").filter(e => area(e) < 400).length} ` +
    `wide ${document.documentElement.scrollWidth > window.innerWidth} END</pre>`;
});</script>'
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [[ -z $browser ]]; then
  echo "no browser here: the page was not looked at"
else
  { cat run.html; echo "$look"; } >look.html
  seen=$(HOME=$work timeout 60 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --window-size=1100,1400 \
    --dump-dom "file://$work/look.html" 2>/dev/null | grep -oE 'LOOK images [0-9].* END')
  [[ $seen =~ ^LOOK\ images\ ([0-9]+)\ broken\ 0\ drawings\ 2\ lines\ 4\ empty\ 0\ wide\ false\ END$ && ${BASH_REMATCH[1]} -ge 40 ]] ||
    complain "the browser shows: ${seen:-nothing}"
fi

if ! python3 -c 'import tensorboard' 2>/dev/null; then
  echo "no TensorBoard here: its files were read by the library's own tests only"
else
  python3 - "$accuracy" <<'PYTHON' || complain "TensorBoard reads something else"
import sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
board = EventAccumulator("board", size_guidance={"histograms": 0})
board.Reload()
tags = board.Tags()
assert "test_accuracy" in tags["scalars"] and "hidden.weight" in tags["histograms"] and "example" in tags["images"], tags
assert [e.step for e in board.Scalars("test_accuracy")] == [1, 2]
assert abs(100 * board.Scalars("test_accuracy")[-1].value - float(sys.argv[1])) < 0.01
assert sum(board.Histograms("hidden.weight")[0].histogram_value.bucket) == 784 * 30
assert board.Images("example")[0].encoded_image_string.startswith(b"\x89PNG")
assert any(n.name == "hidden/weight" for n in board.Graph().node)
PYTHON
fi
exit "$failed"
