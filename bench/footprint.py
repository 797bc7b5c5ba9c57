"""What a program costs beside its running time: compiling it, its size, and the memory it takes."""

import json
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import time

from servers import environment
from table import Row


def compile_command(build, source):
    """The command that compiles `source`, as the build has it, without its output and the build's precompiled headers."""
    with open(os.path.join(build, "compile_commands.json")) as file:
        entries = json.load(file)
    for entry in entries:
        if entry["file"].endswith(source):
            words = shlex.split(entry["command"])
            while not re.search(r"(\+\+|g[c+]*c)(-\d+)?$", words[0]):
                words.pop(0)  # a launcher, such as ccache, would not compile
            while "-include" in words:
                at = words.index("-include")
                del words[at:at + 2]
            return words[:words.index("-o")] + ["-c", entry["file"]], entry["directory"]
    return None


def compile_seconds(build, source, rounds):
    command = compile_command(build, source)
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds):
            start = time.perf_counter()
            subprocess.run([*command[0], "-o", os.path.join(folder, "object.o")], cwd=command[1], check=True)
            figures.append(time.perf_counter() - start)
    return figures


def stripped_bytes(program):
    with tempfile.TemporaryDirectory() as folder:
        copy = os.path.join(folder, "stripped")
        subprocess.run(["strip", "-o", copy, program], check=True)
        return os.path.getsize(copy)


def library_bytes(program, pattern):
    """The size of the shared libraries of that name that a program loads."""
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    files = {os.path.realpath(path) for path in re.findall(r"=> (\S+)", listed) if re.search(pattern, path)}
    return sum(os.path.getsize(file) for file in files)


def peak_bytes(program, threads, tuned=False):
    """Most memory of a training of the digit network, beside its data set."""
    out = subprocess.run([program, "--peak-memory", "--threads", str(threads)], capture_output=True, text=True,
                         check=True, env=environment(threads, tuned)).stdout
    return json.loads(out)["bytes"]


def rows(build, peer, threads, rounds):
    """The rows of everything above; `peer` is the name of the peer, or None."""
    programs = os.path.join(build, "bin")
    sources = {"ours": "examples/quickstart.cpp", "peer": "bench/peers/quickstart.cpp"}
    ours = os.path.join(programs, "quickstart")
    theirs = peer and os.path.join(programs, f"quickstart_{peer}")
    found = []

    compiled = Row("footprint/compile", 1, "s", compile_seconds(build, sources["ours"], rounds))
    size = Row("footprint/binary", 1, "B", [stripped_bytes(ours)])
    if peer:
        compiled.peers["default"] = compile_seconds(build, sources["peer"], rounds)
        size.peers["default"] = [stripped_bytes(theirs) + library_bytes(theirs, r"/lib(torch|c10)")]
    found += [compiled, size]

    for count in threads:
        memory = Row("footprint/memory", count, "B", [])
        for _ in range(rounds):
            memory.ours.append(peak_bytes(os.path.join(programs, "bench"), count))
            for setting in ("default", "tuned") if peer else ():
                memory.peers.setdefault(setting, []).append(
                    peak_bytes(os.path.join(programs, f"bench_{peer}"), count, setting == "tuned"))
        found.append(memory)
    return found


def tools_missing():
    return [tool for tool in ("strip", "ldd") if not shutil.which(tool)]
