"""The programs that measure: each is started once, then asked for one row after the other, so that libraries take turns."""

import json
import os
import pathlib
import re
import subprocess

# Settings that help libtorch: kernels of OpenBLAS for this processor, and a malloc that keeps its pages.
KEEP_PAGES = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": "4294967296", "MALLOC_TOP_PAD_": "67108864"}


def cpu():
    """(name, flags) of the processor."""
    text = pathlib.Path("/proc/cpuinfo").read_text()
    name = re.search(r"^model name\s*:\s*(.*)", text, re.M)
    flags = re.search(r"^flags\s*:\s*(.*)", text, re.M)
    return (name.group(1) if name else "unknown"), set(flags.group(1).split() if flags else [])


def openblas_core():
    name, flags = cpu()
    if "avx512f" in flags:
        return "SkylakeX"
    return "Zen" if "AMD" in name else "Haswell" if "avx2" in flags else None


def environment(threads, tuned):
    env = dict(os.environ, OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads))
    if tuned:
        env.update(KEEP_PAGES)
        if openblas_core():
            env["OPENBLAS_CORETYPE"] = openblas_core()
    return env


class RowError(Exception):
    """A row that a program does not have, or could not run."""


class Server:
    """A benchmark program that answers names of rows with what it measured."""

    def __init__(self, program, threads, min_time, env=None):
        self.program = program
        self.process = subprocess.Popen(
            [program, "--serve", "--threads", str(threads), f"--benchmark_min_time={min_time}"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=env)
        self.library = self._answer()["library"]

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise RowError(f"{os.path.basename(self.program)} ended (status {self.process.wait()})")
        return json.loads(line)

    def measure(self, name):
        """{figure: seconds}, with the row's counters. Figures are "" for the time, and the quantiles if there are any."""
        if self.process.poll() is not None:
            raise RowError("ended before")
        self.process.stdin.write(name + "\n")
        self.process.stdin.flush()
        answer = self._answer()
        if "error" in answer:
            raise RowError(answer["error"])
        counters = answer["counters"]
        figures = {"": answer["seconds"] / counters.pop("units", 1)}
        for quantile in ("p50", "p99"):
            if quantile in counters:
                figures[" " + quantile] = counters.pop(quantile)
        return figures, counters

    def blas(self):
        """The BLAS libraries that the program has loaded, each with its folder, which tells one build from another."""
        maps = pathlib.Path(f"/proc/{self.process.pid}/maps").read_text()
        return ", ".join(sorted(set(re.findall(r"([^/\s]*/[^/\s]*(?:blas|mkl)[^/\s]*\.so\S*)", maps))))

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def rows_of(program):
    """Names of all rows, in order."""
    listed = subprocess.run([program, "--benchmark_list_tests"], capture_output=True, text=True, check=True).stdout
    return [line.removesuffix("/real_time") for line in listed.split()]
