#!/usr/bin/env python3
"""Runs the benchmarks, ours and a peer's in turns, and prints a table; `./dev bench` builds what is needed and calls it."""

import argparse
import dataclasses
import itertools
import json
import os
import re
import statistics
import sys
import time

import footprint
import report
import table
from servers import RowError, Server, environment, rows_of

EXAMPLE = """\
examples:
  ./dev bench --filter step/                   our training steps, on one thread and on all
  ./dev bench --peers --filter 'step/|matmul/' the same and matrix products beside libtorch, default and tuned
  ./dev bench --peers=pytorch --quick          every row once, beside the current PyTorch
  ./dev bench --peers --save                   the full table, which takes an hour, into docs/benchmarks.md

A ratio is how many times as long as ours the peer takes, in its better setting; its spread is that of the rounds, in each of
which the programs measure the row one after the other. Exit code: 0; 1 if a row of ours failed; 2 for a wrong option.
"""


def options():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__, epilog=EXAMPLE,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    cores = len(os.sched_getaffinity(0))
    parser.add_argument("--peers", nargs="?", const="libtorch", choices=["libtorch", "pytorch"],
                        help="compare with Debian's libtorch (the default) or with the current PyTorch of pip")
    parser.add_argument("--filter", metavar="REGEX", default="", help="only rows whose name has a match")
    parser.add_argument("--threads", metavar="N,M", default=",".join(map(str, sorted({1, cores}))),
                        help="numbers of threads (%(default)s)")
    parser.add_argument("--rounds", type=int, metavar="N", help="measurements of each row and program (5)")
    parser.add_argument("--min-time", type=float, metavar="S", help="seconds of one measurement, at least (0.05)")
    parser.add_argument("--quick", action="store_true", help="2 rounds of at least 0.005 s")
    parser.add_argument("--json", metavar="FILE", help="write all figures")
    parser.add_argument("--with", metavar="FILE", dest="earlier", action="append", default=[],
                        help="show the rows of an earlier run's --json too; may be given again")
    parser.add_argument("--save", action="store_true",
                        help="write the table into docs/benchmarks.md (docs/benchmarks_pytorch.md beside PyTorch)")
    parser.add_argument("--list", action="store_true", help="print the names of the rows")
    parser.add_argument("--build", default=os.path.join(os.path.dirname(__file__), "..", "build", "release"),
                        help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    chosen.rounds = chosen.rounds or (2 if chosen.quick else 5)
    chosen.min_time = chosen.min_time or (0.005 if chosen.quick else 0.05)
    try:
        chosen.threads = [int(n) for n in chosen.threads.split(",")]
        re.compile(chosen.filter)
    except (ValueError, re.error) as error:
        parser.error(str(error))
    if min(chosen.threads + [chosen.rounds]) < 1:
        parser.error("threads and rounds must be at least 1")
    return chosen


def say(text):
    print(text, file=sys.stderr, flush=True)


# Seconds for which the idle threads of OpenMP and OpenBLAS go on asking for work, and take the cores from who measures next.
REST = 0.03


class Bench:
    """The programs at one number of threads."""

    def __init__(self, o, threads):
        self.o, self.threads = o, threads
        self.rest = REST if threads > 1 else 0
        self.servers = {"ours": Server(self.program("bench"), threads, o.min_time)}
        if o.peers:
            for setting in ("default", "tuned"):
                self.servers[setting] = Server(self.program(f"bench_{o.peers}"), threads, o.min_time,
                                               environment(threads, setting == "tuned"))

    def program(self, name):
        return os.path.join(self.o.build, "bin", name)

    def limit(self):
        """GFLOP/s of multiply-adds by dtype: the best of three."""
        measured = {}
        for dtype in ("float32", "float64"):
            speeds = []
            for _ in range(3):
                figures, counters = self.servers["ours"].measure(f"limit/{dtype}")
                speeds.append(counters["flops"] / figures[""] / 1e9)
            measured[dtype] = max(speeds)
        return measured

    def rows(self, name):
        """One row for each figure that the programs give; a round of all programs after the other."""
        rows = {}
        refused = {}
        for _ in range(self.o.rounds):
            for setting, server in self.servers.items():
                if setting in refused:
                    continue
                time.sleep(self.rest)
                try:
                    figures, counters = server.measure(name)
                except RowError as error:
                    refused[setting] = str(error)
                    if setting == "ours":
                        raise
                    continue
                for figure, seconds in figures.items():
                    row = rows.setdefault(figure, table.Row(name + figure, self.threads, "s", []))
                    if setting == "ours":
                        row.ours.append(seconds)
                        row.flops = counters.get("flops", 0) if figure == "" else 0
                        row.counts = {k: v for k, v in counters.items() if k != "flops"}
                    else:
                        row.peers.setdefault(setting, []).append(seconds)
        for row in rows.values():
            row.peers.update({setting: reason for setting, reason in refused.items()})
        return list(rows.values())

    def libraries(self):
        return {setting: " ".join(filter(None, [s.library, s.blas()])) for setting, s in self.servers.items()}

    def close(self):
        for server in self.servers.values():
            server.close()


def measure(o, names):
    """All rows, the limits by (dtype, threads), the libraries' versions, and whether every row of ours ran."""
    rows, limits, libraries, complete = [], {}, {}, True
    done = itertools.count(1)
    for threads in o.threads:
        bench = Bench(o, threads)
        limits.update({(dtype, threads): speed for dtype, speed in bench.limit().items()})
        for name in names:
            at = f"[{next(done)}/{len(names) * len(o.threads)}]"
            try:
                for row in bench.rows(name):
                    rows.append(row)
                    say(f"{at} {threads} thread{'s' * (threads > 1)}  " + "  ".join(table.cells(row, limits)[:6]))
            except RowError as error:
                complete = False
                say(f"{at} {name} failed: {error}")
                if bench.servers["ours"].process.poll() is not None:
                    bench.close()
                    bench = Bench(o, threads)
        libraries = bench.libraries()
        bench.close()
    return rows, limits, libraries, complete


def as_json(rows, limits, about):
    return {"about": about,
            "limits": [{"dtype": dtype, "threads": n, "gflops": speed} for (dtype, n), speed in limits.items()],
            "rows": [{**vars(row), "ratio": table.ratio(row), "gflops": table.gflops(row),
                      "share_of_limit": table.share(row, limits)} for row in rows]}


def from_json(file):
    """What `as_json` was made of."""
    with open(file) as opened:
        found = json.load(opened)
    fields = [field.name for field in dataclasses.fields(table.Row)]
    rows = [table.Row(**{name: row[name] for name in fields}) for row in found["rows"]]
    return rows, {(limit["dtype"], limit["threads"]): limit["gflops"] for limit in found["limits"]}, found["about"]


def main():
    o = options()
    try:
        earlier = [from_json(file) for file in o.earlier]
    except (OSError, ValueError, KeyError, TypeError) as error:
        say(f"--with: {error!r}: not the --json of a run")
        return 2
    program = os.path.join(o.build, "bin", "bench")
    names = [name for name in rows_of(program) if not name.startswith("limit/") and re.search(o.filter, name)]
    with_footprint = re.search(o.filter, "footprint/compile footprint/binary footprint/memory") and not footprint.tools_missing()
    if o.list:
        print("\n".join(names))
        return 0
    if not names and not with_footprint:
        say(f"no row matches '{o.filter}'; --list names them")
        return 2
    rows, limits, libraries, complete = measure(o, names)
    if with_footprint:
        say("compile time, size and memory")
        rows += footprint.rows(o.build, o.peers, o.threads, o.rounds)
    about = report.about(o, libraries)
    if o.json:
        with open(o.json, "w") as file:
            json.dump(as_json(rows, limits, about), file, indent=1)
    runs = [about]
    for earlier_rows, earlier_limits, earlier_about in reversed(earlier):
        rows = earlier_rows + rows
        limits = limits | earlier_limits
        runs.insert(0, earlier_about)
    report.print_tables(rows, limits, about)
    if o.save:
        page = "benchmarks_pytorch.md" if o.peers == "pytorch" else "benchmarks.md"
        report.save(os.path.join(os.path.dirname(__file__), "..", "docs", page), rows, limits, runs)
    return 0 if complete else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
