#!/usr/bin/env python3
"""Cuts the sample out of the full MNIST: make.py FOLDER_WITH_THE_FOUR_RAW_FILES"""

import gzip
import pathlib
import struct
import sys

COUNTS = {"train": 2000, "t10k": 1000}


def cut(raw: bytes, count: int) -> bytes:
    """The first `count` items of an IDX file: magic (its last byte is the rank), the sizes, then the bytes."""
    rank = raw[3]
    sizes = struct.unpack_from(f">{rank}I", raw, 4)
    header = 4 + 4 * rank
    item = (len(raw) - header) // sizes[0]
    return raw[:4] + struct.pack(f">{rank}I", count, *sizes[1:]) + raw[header : header + count * item]


def main() -> None:
    source, target = pathlib.Path(sys.argv[1]), pathlib.Path(__file__).parent
    for part, count in COUNTS.items():
        for kind in ("images-idx3", "labels-idx1"):
            name = f"{part}-{kind}-ubyte"
            # mtime 0 and no name in the header: the same bytes each time
            packed = gzip.compress(cut((source / name).read_bytes(), count), compresslevel=9, mtime=0)
            (target / f"{name}.gz").write_bytes(packed)


if __name__ == "__main__":
    main()
