"""Writes corpus/: for each target small files that are right (good-*) and files with one fault each (bad-*).

Fuzzers start from them, and replay_test.cpp holds the readers to their names. What a fuzzer finds is kept beside them as
found-*, which this program leaves alone. Python alone, so that nothing but the formats' descriptions says what is right.
"""

import gzip
import io
import json
import math
import pathlib
import pickle
import struct
import zipfile
import zlib

HERE = pathlib.Path(__file__).parent
FILES = HERE.parent / "fixtures" / "files"  # by NumPy and PyTorch


def save(target, name, content):
    folder = HERE / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def copy(target, name, fixture):
    save(target, name, (FILES / fixture).read_bytes())


# ---- IDX, raw and gzip

def idx(code, sizes, body):
    return struct.pack(">HBB", 0, code, len(sizes)) + struct.pack(f">{len(sizes)}I", *sizes) + body


def write_idx():
    pixels = idx(8, [2, 3], bytes(range(6)))
    save("idx", "good-uint8", pixels)
    save("idx", "good-int16", idx(0x0B, [3], struct.pack(">3h", 1, -2, 300)))
    save("idx", "good-nan", idx(0x0E, [3], struct.pack(">3d", math.nan, math.inf, 0.5)))
    save("idx", "good-nothing", idx(0x0D, [0, 4], b""))
    for name, content in {
        "empty": b"",
        "magic": b"\x01" + pixels[1:],
        "type": idx(0x0A, [1], b"x"),
        "rank": idx(8, [], b""),
        "rank-9": idx(8, [1] * 9, b"x"),
        "overflow": idx(0x0E, [0xFFFFFFFF] * 3, b"x" * 8),
        "beyond": idx(8, [0x7FFFFFFF], b"x" * 8),
        "longer": pixels + b"x",
    }.items():
        save("idx", "bad-" + name, content)
    packed = gzip.compress(pixels, mtime=0)
    save("gzip", "good-uint8", packed)
    save("gzip", "good-two-members", gzip.compress(pixels[:7], mtime=0) + gzip.compress(pixels[7:], mtime=0))
    save("gzip", "good-zeros", gzip.compress(idx(8, [1 << 20], bytes(1 << 20)), mtime=0))
    save("gzip", "bad-cut", packed[:-9])
    save("gzip", "bad-checksum", packed[:-8] + b"\0\0\0\0" + packed[-4:])
    save("gzip", "bad-beyond", gzip.compress(idx(8, [0x7FFFFFFF], b"x"), mtime=0))
    save("gzip", "bad-stream", packed[:12] + b"\xff\xff\xff\xff" + packed[16:])


# ---- safetensors, and checkpoints, which are such

def safetensors(header, data=b""):
    text = header if isinstance(header, str) else json.dumps(header)
    return struct.pack("<Q", len(text)) + text.encode() + data


def tensor(dtype, shape, begin, end):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def write_safetensors():
    sizes = {"F32": 4, "F64": 8, "I64": 8, "U8": 1, "BOOL": 1, "F16": 2, "BF16": 2, "I8": 1, "I16": 2, "U16": 2, "I32": 4,
             "U32": 4}
    header, place = {"__metadata__": {"format": "pt"}}, 0
    for dtype, size in sizes.items():
        header[dtype.lower()] = tensor(dtype, [2], place, place + 2 * size)
        place += 2 * size
    one = tensor("F32", [2], 0, 8)
    save("safetensors", "good-dtypes", safetensors(header, bytes(place)))
    save("safetensors", "good-nothing", safetensors({}))
    save("safetensors", "good-nan", safetensors({"w": one}, struct.pack("<2f", math.nan, -math.inf)))
    save("safetensors", "good-empty-tensor", safetensors({"w": tensor("F32", [0, 3], 0, 0)}))
    for name, content in {
        "empty": b"",
        "length": b"\xff" * 8 + b"{}",
        "beyond-header": struct.pack("<Q", 1000) + b"{}",
        "magic": b"PK\3\4" + bytes(8),
        "json": safetensors('{"w": '),
        "array": safetensors("[]"),
        "deep": safetensors("[" * 5000),
        "deep-tensor": safetensors('{"w":' * 2000),
        "twice": safetensors('{"w":%s,"w":%s}' % ((json.dumps(one),) * 2), bytes(8)),
        "gap": safetensors({"w": tensor("F32", [2], 4, 12)}, bytes(12)),
        "overlap": safetensors({"v": one, "w": tensor("F32", [2], 4, 12)}, bytes(12)),
        "overflow": safetensors({"w": tensor("F32", [2**62, 2**62], 0, 8)}, bytes(8)),
        "overflow-offset": safetensors({"w": tensor("F32", [2], 2**64 - 1, 7)}, bytes(8)),
        "beyond": safetensors({"w": tensor("F32", [2**40], 0, 2**42)}, bytes(8)),
        "shape": safetensors({"w": tensor("F32", [3], 0, 8)}, bytes(8)),
        "negative": safetensors({"w": tensor("F32", [-2], 0, 8)}, bytes(8)),
        "real-size": safetensors('{"w":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}', bytes(8)),
        "dtype": safetensors({"w": tensor("C64", [1], 0, 8)}, bytes(8)),
        "bool": safetensors({"w": tensor("BOOL", [1], 0, 1)}, b"\2"),
        "rank-9": safetensors({"w": tensor("U8", [1] * 9, 0, 1)}, bytes(1)),
        "longer": safetensors({"w": one}, bytes(9)),
        "metadata": safetensors({"__metadata__": {"epoch": 3}}),
    }.items():
        save("safetensors", "bad-" + name, content)


def checkpoint(tensors, **metadata):
    """Of float64 numbers, matrices of them, by name; the target brings the checksum."""
    header, data = {}, b""
    for name, (shape, values) in tensors.items():
        begin = len(data)
        data += struct.pack(f"<{len(values)}d", *values)
        header[name] = tensor("F64", shape, begin, len(data))
    known = {"gradus_checkpoint": "1", "random.seed": "7", "random.calls": "3", "loader.seed": "5", "loader.epoch": "2",
             "loader.batch": "4", "step": "11"}
    known.update({key.replace("__", "/"): value for key, value in metadata.items()})
    header["__metadata__"] = {key: value for key, value in known.items() if value is not None}
    return safetensors(header, data)


def write_checkpoint():
    save("checkpoint", "good-nothing", checkpoint({}))
    whole = {"model/fc.weight": ([2, 1], [0.5, math.nan]), "state/optimizer/tensor/mean": ([1], [1]),
             "state/optimizer/number/lr": ([], [0.1]), "state/optimizer/end": ([0], []), "metric/loss": ([], [math.inf]),
             "history": ([2, 2], [1, 2, 3, 4]), "extra/images": ([1, 1, 1], [0])}
    save("checkpoint", "good-whole", checkpoint(whole, history__0="epoch", history__1="loss", setting__lr="0.1"))
    one = tensor("F64", [1], 0, 8)
    for name, content in {
        "empty": b"",
        "none": safetensors({}),
        "version": checkpoint({}, gradus_checkpoint="2"),
        "no-step": checkpoint({}, step=None),
        "step": checkpoint({}, step="1e3"),
        "overflow": checkpoint({}, step="9223372036854775808"),
        "part": checkpoint({"weights": ([1], [1])}),
        "state": checkpoint({"state/optimizer": ([1], [1])}),
        "state-part": checkpoint({"state/optimizer/rate": ([], [1])}),
        "number": checkpoint({"metric/loss": ([1], [1])}),
        "history": checkpoint({"history": ([2], [1, 2])}),
        "history-names": checkpoint({"history": ([1, 1], [1])}),
        "history-twice": checkpoint({"history": ([1, 2], [1, 2])}, history__0="a", history__1="a"),
        "history-rows": checkpoint({"history": ([2**50, 0], [])}),
        "deep": safetensors('{"model/w":' * 2000),
        "twice": safetensors('{"model/w":%s,"model/w":%s}' % ((json.dumps(one),) * 2), bytes(8)),
        "beyond": safetensors({"model/w": tensor("F64", [2**37], 0, 2**40)}, bytes(8)),
        "magic": b"PK" + checkpoint({})[2:],
    }.items():
        save("checkpoint", "bad-" + name, content)


# ---- npy, npz

def npy(header, data=b"", version=1):
    if isinstance(header, dict):
        header = repr(header)
    length = struct.pack("<H" if version == 1 else "<I", len(header))
    return b"\x93NUMPY" + bytes([version, 0]) + length + header.encode() + data


def described(shape, descr="<f4", fortran=False):
    return {"descr": descr, "fortran_order": fortran, "shape": shape}


def write_npy():
    numbers = struct.pack("<6f", 1, math.nan, math.inf, 4, 5, 6)
    save("npy", "good-rows", npy(described((2, 3)), numbers))
    save("npy", "good-columns", npy(described((2, 3), fortran=True), numbers))
    save("npy", "good-big-endian", npy(described((3,), ">f8"), numbers))
    save("npy", "good-number", npy(described(()), bytes(4)))
    save("npy", "good-half", npy(described((12,), "<f2"), numbers))
    copy("npy", "good-version-2", "version2.npy")
    for fixture in ("objects", "records", "complex"):
        copy("npy", "bad-" + fixture, fixture + ".npy")
    for name, content in {
        "empty": b"",
        "magic": b"\x92" + npy(described((6,)), numbers)[1:],
        "version": npy(described((6,)), numbers, version=7),
        "header": npy(described((6,)))[:30],
        "beyond-header": npy(described((6,)))[:8] + b"\xff\xff{}",
        "overflow": npy(described((2**40, 2**40)), numbers),
        "beyond": npy(described((2**30,)), numbers),
        "longer": npy(described((6,)), numbers + b"x"),
        "deep": npy("(" * 5000),
        "deep-dict": npy("{'descr':" * 2000),
        "twice": npy("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (6,)}", numbers),
        "negative": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-6,)}", numbers),
        "rank-9": npy(described((1,) * 9), bytes(4)),
        "bool": npy(described((1,), "|b1"), b"\2"),
    }.items():
        save("npy", "bad-" + name, content)


def zipped(entries, method=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, content in entries:
            file.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue()


def write_npz():
    array = npy(described((2,)), struct.pack("<2f", math.nan, 1))
    both = [("a.npy", array), ("folder/b.npy", array)]
    whole = zipped(both)
    save("npz", "good-stored", whole)
    save("npz", "good-deflated", zipped(both, zipfile.ZIP_DEFLATED))
    save("npz", "good-nothing", zipped([]))
    copy("npz", "bad-name-twice", "twice.npz")
    copy("npz", "bad-traversing", "traversing.npz")
    directory = whole.index(b"PK\1\2")
    for name, content in {
        "empty": b"",
        "magic": b"QK" + whole[2:],
        "cut": whole[:-30],
        "directory": whole[:directory] + whole[-22:],
        "count": whole[:-12] + b"\xff\xff" + whole[-10:],
        "absolute": zipped([("/a.npy", array)]),
        "backslash": zipped([("..\\a.npy", array)]),
        "checksum": whole[:60] + b"\x55" + whole[61:],
        "beyond": whole[:directory + 20] + struct.pack("<II", 0x7FFFFFFF, 0x7FFFFFFF) + whole[directory + 28:],
        "no-array": zipped([("a.npy", b"text")]),
        "objects": zipped([("a.npy", (FILES / "objects.npy").read_bytes())]),
    }.items():
        save("npz", "bad-" + name, content)


# ---- PyTorch's files

PROGRAM = {  # instructions of pickle
    "proto": b"\x80\2", "mark": b"(", "dict": b"}", "list": b"]", "tuple": b"t", "empty": b")", "items": b"u", "item": b"s",
    "call": b"R", "storage": b"Q", "false": b"\x89", "none": b"N", "stop": b".", "append": b"a",
}


def program(*parts):
    """Of instructions by name, numbers and texts ('=w')."""
    out = b""
    for part in parts:
        if isinstance(part, bytes):
            out += part
        elif isinstance(part, int):
            out += pickle.LONG1 + bytes([8]) + struct.pack("<q", part)
        elif part.startswith("="):
            out += b"X" + struct.pack("<I", len(part) - 1) + part[1:].encode()
        elif part.startswith("c"):
            out += PROGRAM[part] if part in PROGRAM else part.encode()
        else:
            out += PROGRAM[part]
    return out


def named(module, name):
    return f"c{module}\n{name}\n"


def rebuilt(shape, strides, offset=0, key="=0", count=6, kind="FloatStorage", rebuild="_rebuild_tensor_v2"):
    return (named("torch._utils", rebuild), "mark", "mark", "=storage", named("torch", kind), key, "=cpu", count, "tuple",
            "storage", offset, "mark", *shape, "tuple", "mark", *strides, "tuple", "false",
            named("collections", "OrderedDict"), "empty", "call", "tuple", "call")


def state(*parts):
    return program("proto", "dict", "mark", *parts, "items", "stop")


def write_pickle():
    weight = ("=w", *rebuilt([2, 3], [3, 1]))
    save("pickle", "good-tensor", state(*weight))
    save("pickle", "good-two", state(*weight, "=v", *rebuilt([3], [2], offset=1), "=s", *rebuilt([], [], offset=5)))
    save("pickle", "good-expanded", state("=w", *rebuilt([1000, 1000], [0, 0])))
    save("pickle", "good-nothing", program("proto", "dict", "stop"))
    save("pickle", "good-ordered", program("proto", named("collections", "OrderedDict"), "empty", "call", "stop"))
    save("pickle", "good-remembered", program("proto", "dict", b"q\0", "mark", "=w", b"q\1", *rebuilt([6], [1]), "items", "stop"))
    whole = state(*weight)
    for name, content in {
        "empty": b"",
        "cut": whole[:-2],
        "magic": b"\x80\4" + whole[2:],
        "system": program("proto", "cos\nsystem\n", "=true", b"\x85", "call", "stop"),
        "eval": program("proto", "cbuiltins\neval\n", "=0", b"\x85", "call", "stop"),
        "deep-list": program("proto", *["list"] * 3000, *["append"] * 2999, "stop"),
        "deep-mark": program("proto", *["mark"] * 5000, "stop"),
        "deep-tuple": program("proto", "none", b"\x85" * 5000, "stop"),
        "itself": program("proto", "dict", b"q\0", "mark", "=w", b"h\0", "items", "stop"),
        "in-itself": program("proto", "list", b"q\0", b"h\0", "append", "stop"),
        "recalled": program("proto", b"h\7", "stop"),
        "nothing": program("proto", "stop"),
        "under-mark": program("proto", "none", "mark", "append", "stop"),
        "key": state("=w"),
        "name": state(3, *rebuilt([6], [1])),
        "twice": state(*weight, *weight),
        "no-tensor": state("=epoch", 3),
        "text": program("proto", b"X\xff\xff\xff\x7fabc", "stop"),
        "number": program("proto", b"\x8a\xff" + bytes(255), "stop"),
        "overflow": state("=w", *rebuilt([2**62, 2**62], [0, 0])),
        "strides": state("=w", *rebuilt([2, 2], [2**62, 2**62 + 2**61])),
        "beyond": state("=w", *rebuilt([7], [1])),
        "beyond-storage": state("=w", *rebuilt([7], [1], count=7)),
        "count": state("=w", *rebuilt([6], [1], count=2**62)),
        "negative": state("=w", *rebuilt([-1], [1])),
        "negative-offset": state("=w", *rebuilt([1], [1], offset=-1)),
        "negative-stride": state("=w", *rebuilt([2], [-1], offset=3)),
        "key-traversing": state("=w", *rebuilt([6], [1], key="=../../etc/passwd")),
        "rank-9": state("=w", *rebuilt([1] * 9, [1] * 9)),
        "unequal": state("=w", *rebuilt([6], [1, 1])),
    }.items():
        save("pickle", "bad-" + name, content)


def write_pth():
    copy("pth", "good-dtypes", "torch.pth")
    copy("pth", "good-parameters", "parameters.pth")
    for fixture in ("evil", "list", "nested", "old_format", "module"):
        copy("pth", "bad-" + fixture, fixture + ".pth")
    whole = state("=w", *rebuilt([6], [1]))
    numbers = struct.pack("<6f", *range(6))
    save("pth", "good-deflated", zipped([("x/data.pkl", whole), ("x/data/0", numbers)], zipfile.ZIP_DEFLATED))
    save("pth", "good-byteorder", zipped([("x/data.pkl", whole), ("x/byteorder", b"little"), ("x/data/0", numbers)]))
    for name, content in {
        "empty": b"",
        "no-program": zipped([("x/data/0", numbers)]),
        "no-storage": zipped([("x/data.pkl", whole)]),
        "short-storage": zipped([("x/data.pkl", whole), ("x/data/0", numbers[1:])]),
        "big-endian": zipped([("x/data.pkl", whole), ("x/byteorder", b"big"), ("x/data/0", numbers)]),
        "traversing": zipped([("x/data.pkl", whole), ("x/../../data/0", numbers)]),
        "twice": zipped([("x/data.pkl", whole), ("x/data/0", numbers), ("x/data/0", numbers)]),
        "deep": zipped([("x/data.pkl", program("proto", *["list"] * 3000, *["append"] * 2999, "stop"))]),
        "magic": b"QK" + zipped([("x/data.pkl", whole), ("x/data/0", numbers)])[2:],
        "beyond": zipped([("x/data.pkl", state("=w", *rebuilt([2**50], [1], count=2**50))), ("x/data/0", numbers)]),
    }.items():
        save("pth", "bad-" + name, content)


# ---- CSV

def write_csv():
    save("csv", "good-numbers", "label;x\n3;0.5\n-1;1e-3\n".replace(";", ","))
    save("csv", "good-words", "\ufefflabel\r\ncat\r\n\"a \"\"dog\"\"\"\r\n\r\n")
    save("csv", "good-nan", "label,x,y\n0,nan,\n1,inf,-inf\n")
    for name, content in {
        "empty": "",
        "lines": "\n\r\n",
        "no-label": "x,y\n1,2\n",
        "ragged": "label,x\n1\n",
        "quote": "label,x\n\"1,2\n",
        "behind-quote": "label,x\n\"1\"2,3\n",
        "twice": "label,label\n1,2\n",
        "number": "label,x\n1,0x10\n",
        "overflow": "label,x\n1,1e999\n",
        "zero-byte": "label,x\n1,2\0\n",
    }.items():
        save("csv", "bad-" + name, content)


# ---- Pictures

def write_cifar():
    """The first byte is the target's: 0 for CIFAR-10, 1 for CIFAR-100."""
    save("cifar", "good-10", bytes([0, 9]) + bytes(3072))
    save("cifar", "good-100", bytes([1, 19, 99]) + bytes(3072))
    save("cifar", "bad-empty", bytes([0]))
    save("cifar", "bad-cut", bytes([0]) + bytes(3072))
    save("cifar", "bad-longer", bytes([1]) + bytes(3075))
    save("cifar", "bad-class", bytes([0, 10]) + bytes(3072))
    save("cifar", "bad-group", bytes([1, 20, 0]) + bytes(3072))


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width, height, depth, kind, rows, *chunks, interlaced=0):
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlaced)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunks) + chunk(b"IDAT", zlib.compress(rows)) + \
        chunk(b"IEND", b"")


def write_png():
    grey = png(2, 2, 8, 0, b"\0\1\2\1\3\4")
    palette = chunk(b"PLTE", bytes([255, 0, 0, 0, 255, 0]))
    save("png", "good-grey", grey)
    save("png", "good-bits", png(9, 1, 1, 0, b"\0\xaa\x80"))
    save("png", "good-16-bits", png(1, 2, 16, 2, b"\0abcdef\2abcdef"))
    save("png", "good-transparent", png(1, 1, 8, 6, b"\0\xc8\x64\x32\x80"))
    save("png", "good-palette", png(2, 1, 1, 3, b"\0\x40", palette, chunk(b"tRNS", b"\x80")))
    save("png", "good-interlaced", png(2, 2, 8, 0, b"\0\1\0\2\0\3\4", interlaced=1))
    save("png", "good-gamma", png(1, 1, 8, 4, b"\0\x80\x80", chunk(b"gAMA", struct.pack(">I", 100000))))
    for name, content in {
        "empty": b"",
        "magic": b"\x88" + grey[1:],
        "cut": grey[:45],
        "header": grey[:20],
        "overflow": png(0x7FFFFFFF, 0x7FFFFFFF, 8, 2, b""),
        "beyond": png(16384, 16384, 8, 2, b"\0\1\2"),
        "nothing": png(0, 1, 8, 0, b""),
        "depth": png(1, 1, 5, 0, b"\0\1"),
        "no-palette": png(1, 1, 8, 3, b"\0\0"),
        "rows": png(2, 200, 8, 0, b"\0\1\2"),
        "deflate": grey[:41] + b"\xff\xff" + grey[43:],
        "length": grey[:33] + b"\xff\xff\xff\xff" + grey[37:],
    }.items():
        save("png", "bad-" + name, content)


def segment(marker, content):
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def jpeg(width, height, components, data, frame=0xC0, last=63):
    """Each block is of one value: a code of one bit for no difference to the last block, another for its end."""
    table = bytes([1]) + bytes(15) + bytes([0])
    parts = b"".join(bytes([i + 1, sampling, 0]) for i, sampling in enumerate(components))
    scan = bytes([len(components)]) + b"".join(bytes([i + 1, 0]) for i in range(len(components)))
    return (b"\xff\xd8" + segment(0xDB, bytes([0]) + bytes([16] * 64)) +
            segment(frame, struct.pack(">BHHB", 8, height, width, len(components)) + parts) +
            segment(0xC4, bytes([0x00]) + table) + segment(0xC4, bytes([0x10]) + table) +
            segment(0xDA, scan + bytes([0, last, 0])) + data + b"\xff\xd9")


def write_jpeg():
    grey = jpeg(8, 8, [0x11], b"\x3f")
    save("jpeg", "good-grey", grey)
    save("jpeg", "good-colour", jpeg(16, 16, [0x22, 0x11, 0x11], b"\x00\x0f"))
    save("jpeg", "good-progressive", jpeg(8, 8, [0x11], b"\x7f", frame=0xC2, last=0))
    for name, content in {
        "empty": b"",
        "magic": b"\xff\xd7" + grey[2:],
        "cut": grey[:-3],
        "no-scan": grey[:grey.index(b"\xff\xda")] + b"\xff\xd9",
        "overflow": jpeg(65500, 65500, [0x11], b"\x3f"),
        "beyond": jpeg(4000, 4000, [0x11], b"\x3f"),
        "short": jpeg(64, 64, [0x11], b"\x3f"),
        "nothing": jpeg(0, 8, [0x11], b"\x3f"),
        "sampling": jpeg(8, 8, [0x41, 0x14, 0x33], b"\x3f"),
        "table": grey.replace(b"\xff\xc4\x00\x14\x00\x01", b"\xff\xc4\x00\x14\x00\xff"),
    }.items():
        save("jpeg", "bad-" + name, content)


if __name__ == "__main__":
    for old in HERE.glob("corpus/*/*"):
        if old.name.startswith(("good-", "bad-")):
            old.unlink()
    for write in (write_idx, write_safetensors, write_checkpoint, write_npy, write_npz, write_pickle, write_pth, write_csv,
                  write_cifar, write_png, write_jpeg):
        write()
