"""The table of a run, on the terminal and in docs/benchmarks.md."""

import datetime
import os
import platform
import shlex
import statistics
import subprocess
import sys

import table
from servers import KEEP_PAGES, cpu, openblas_core

EXPLANATION = """\
Written by the last command above; do not edit. Times are medians of the rounds, in each of which the programs measure a row one after
the other. *Tuned* is the same program with {tuned}. A ratio says how many times as long
as ours the peer takes, in the better of its settings; the spread is that of the rounds. Operations are counted from shapes: 2 m n k for
a product, 2 (elements of the result) (elements of one filter) for a convolution, all else free; a backward pass does as many
for each gradient. The limit is what independent multiply-adds on registers reach in the same run on as many threads.
"""

OPS_EXPLANATION = """\
One line for each op and shape: our median and, in brackets, the ratio. Strided inputs are a transpose, a channels-last image, or every
second element of a vector.
"""


def _first_line(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0].strip()
    except (OSError, subprocess.CalledProcessError, IndexError):
        return "unknown"


def about(o, libraries):
    """What a reader needs to know of a run."""
    name, flags = cpu()
    here = os.path.dirname(os.path.abspath(__file__))
    isa = "AVX-512" if "avx512f" in flags else "AVX2" if "avx2" in flags else "baseline"
    return {
        "date": datetime.date.today().isoformat(),
        "command": "./dev bench " + shlex.join(sys.argv[1:]),
        "revision": _first_line("git", "-c", "safe.directory=*", "-C", here, "rev-parse", "--short", "HEAD"),
        "machine": f"{name}, {len(os.sched_getaffinity(0))} cores, {isa}; {platform.system()} {platform.release()}",
        "compiler": _first_line("c++", "--version"),
        "libraries": libraries,
        "rounds": o.rounds,
        "tuned": " ".join(f"{k}={v}" for k, v in ({"OPENBLAS_CORETYPE": openblas_core()} | KEEP_PAGES).items() if v),
    }


def _limits(limits):
    return ", ".join(f"{dtype} on {n} thread{'s' * (n > 1)}: {speed:.0f} GFLOP/s" for (dtype, n), speed in limits.items())


def _count_lines(rows):
    for row in rows:
        if row.counts:
            yield f"{row.name}, {row.threads} thread{'s' * (row.threads > 1)}: " + ", ".join(
                f"{name} {value:g}" for name, value in row.counts.items())


def print_tables(rows, limits, about_run):
    for threads in sorted({row.threads for row in rows}):
        chosen = [row for row in rows if row.threads == threads]
        print(f"\n{threads} thread{'s' * (threads > 1)}, what is furthest behind first")
        for line in table.aligned([table.HEADER] + [table.cells(row, limits) for row in table.behind_first(chosen)]):
            print(line)
    print(f"\nmultiply-add limit: {_limits(limits)}")
    for line in _count_lines(rows):
        print(f"counted: {line}")
    for setting, library in about_run["libraries"].items():
        print(f"{setting}: {library}")
    for line in table.summary(rows):
        print(line)


def _markdown(lines):
    yield "| " + " | ".join(lines[0]) + " |"
    yield "|" + "|".join(["---"] + ["---:"] * (len(lines[0]) - 1)) + "|"
    for line in lines[1:]:
        yield "| " + " | ".join(line) + " |"


OP_COLUMNS = ["forward/contiguous", "forward/strided", "backward/contiguous", "backward/strided"]


def _op_lines(rows):
    """[[op, figure, ...]]: one line for each op and shape."""
    lines = {}
    for row in rows:
        _, op, shape, what = row.name.split("/", 3)
        best = table.ratio(row)
        text = table.amount(statistics.median(row.ours), row.unit) + (f" ({best[0]:.2f})" if best else "")
        lines.setdefault(f"{op} {shape}", {})[what] = text
    yield ["op"] + [column.replace("/", ", ") for column in OP_COLUMNS]
    for op, figures in lines.items():
        yield [op] + [figures.get(column, "") for column in OP_COLUMNS]


def _page(rows, limits, runs):
    """`runs`: what `about` says of each run that the rows are of."""
    about_run = runs[-1]
    yield "# Benchmarks\n"
    for run in runs:
        yield f"`{run['command']}` on {run['date']}, revision {run['revision']}: {run['rounds']} rounds.\n"
    yield f"- machine: {about_run['machine']}"
    yield f"- compiler: {about_run['compiler']}"
    for setting, library in about_run["libraries"].items():
        yield f"- {setting}: {library}"
    yield f"- multiply-add limit: {_limits(limits)}"
    for line in table.summary(rows):
        yield f"- {line}"
    yield "\n" + EXPLANATION.format(**about_run)
    for threads in sorted({row.threads for row in rows}):
        chosen = [row for row in rows if row.threads == threads]
        programs = [row for row in chosen if not row.name.startswith("op/")]
        ops = [row for row in chosen if row.name.startswith("op/")]
        if programs:
            yield f"## {threads} thread{'s' * (threads > 1)}\n"
            yield from _markdown([table.HEADER] + [table.cells(row, limits) for row in programs])
            yield ""
        if ops:
            yield f"### Ops, {threads} thread{'s' * (threads > 1)}\n\n{OPS_EXPLANATION}"
            yield from _markdown(list(_op_lines(ops)))
            yield ""
    counted = list(_count_lines(rows))
    if counted:
        yield "## Counted\n"
        yield from (f"- {line}" for line in counted)


def save(file, rows, limits, runs):
    text = "\n".join(_page(rows, limits, runs)).rstrip() + "\n"
    with open(file, "w") as out:
        out.write(text)
