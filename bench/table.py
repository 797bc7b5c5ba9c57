"""What the figures of a run say: pairs of measurements, their ratios, and how they are written down."""

import statistics
from dataclasses import dataclass, field


@dataclass
class Row:
    """One row at one number of threads. Figures are lists with an entry for each round; all in `unit`, less is better."""

    name: str
    threads: int
    unit: str  # "s" or "B"
    ours: list
    peers: dict = field(default_factory=dict)  # setting of the peer -> its figures, or the reason that there are none
    flops: float = 0
    counts: dict = field(default_factory=dict)  # further things that our program counted


def ratios(ours, theirs):
    """How many times as much the peer took, round by round: median, least, most. Rounds are pairs measured together."""
    pairs = [their / our for our, their in zip(ours, theirs, strict=True)]
    return statistics.median(pairs), min(pairs), max(pairs)


def strongest(row):
    """The peer's setting with the lower median, or None without one."""
    measured = {setting: figures for setting, figures in row.peers.items() if isinstance(figures, list)}
    return min(measured, key=lambda setting: statistics.median(measured[setting]), default=None)


def ratio(row):
    """`ratios` against the peer's strongest setting, or None."""
    setting = strongest(row)
    return ratios(row.ours, row.peers[setting]) if setting else None


def gflops(row):
    return row.flops / statistics.median(row.ours) / 1e9 if row.flops else None


def share(row, limits):
    """Which part of the multiply-add limit a row reaches; `limits`: (dtype, threads) -> GFLOP/s."""
    dtype = "float64" if "float64" in row.name else "float32"
    limit = limits.get((dtype, row.threads))
    return gflops(row) / limit if row.flops and limit else None


def amount(value, unit):
    """Three digits and a fitting prefix: 1.23 ms, 164 MB."""
    if unit == "s":
        prefixes = [(1, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns")]
    else:
        prefixes = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1, "B")]
    scale, name = next((p for p in prefixes if value >= p[0] * 0.9995), prefixes[-1])
    scaled = value / scale
    return f"{scaled:.{0 if scaled >= 99.95 else 1 if scaled >= 9.995 else 2}f} {name}"


HEADER = ["row", "ours", "peer", "tuned", "ratio", "(least..most)", "GFLOP/s", "of limit"]


def cells(row, limits):
    """The row as texts, in the order of HEADER."""
    texts = [row.name, amount(statistics.median(row.ours), row.unit)]
    for setting in ("default", "tuned"):
        figures = row.peers.get(setting)
        texts.append(amount(statistics.median(figures), row.unit) if isinstance(figures, list) else "-")
    best, speed, part = ratio(row), gflops(row), share(row, limits)
    texts.append(f"{best[0]:.2f}x" if best else "-")
    texts.append(f"({best[1]:.2f}..{best[2]:.2f})" if best else "-")
    texts.append(f"{speed:.1f}" if speed else "-")
    texts.append(f"{part:.0%}" if part else "-")
    return texts


def aligned(lines):
    """Lists of texts as lines of a table: the first column to the left, the others to the right."""
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    for line in lines:
        yield "  ".join(f"{t:<{w}}" if i == 0 else f"{t:>{w}}" for i, (t, w) in enumerate(zip(line, widths))).rstrip()


def behind_first(rows):
    """Sorted by the ratio, worst first; rows without one last."""
    return sorted(rows, key=lambda row: ratio(row)[0] if ratio(row) else float("inf"))


def summary(rows):
    """One line for each number of threads: how the rows that have a peer compare."""
    for threads in sorted({row.threads for row in rows}):
        found = [ratio(row)[0] for row in rows if row.threads == threads and ratio(row)]
        if found:
            yield (f"{threads} thread{'s' if threads > 1 else ''}: {len(found)} rows, median {statistics.median(found):.2f}x, "
                   f"least {min(found):.2f}x, {sum(r < 1 for r in found)} slower than the peer")
