"""Feed broken files to the readers: ``python tools/fuzz.py [--cases N] [--seed S] [FORMAT ...]``.

Formats: params, symbol, record, states, idx, onnx. Each case is one of a few good files (those of
tests/data) with some bytes or tokens changed. A reader may return something or raise an
:class:`MXNetError`; anything else - another exception, a case of more than a second, memory
beyond a bound, a dead process - is a finding: it is printed with what repeats it, and the exit
status is 1.
"""

import argparse
import gzip
import random
import re
import resource
import signal
import struct
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as onp

import mxnet as mx
from mxnet import gluon, recordio
from mxnet.contrib import onnx as contrib_onnx
from mxnet.gluon.data.vision._files import read_idx
from mxnet.ndarray import load_frombuffer
from mxnet.onnx._import_more import READERS

DATA = Path(__file__).parents[1] / "tests" / "data"
SECONDS = 1.0  # of the processor, one case; files are of some kilobytes
MEMORY = 1 << 30  # beyond what the process uses at the start
EXTREMES = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
EXTREMES += (0x7FFFFFFFFFFFFFFF, 0x8000000000000000, 0xFFFFFFFFFFFFFFFF, 1 << 40)
TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false|null|[\[\]{}:,]')
WORDS = (b"-1", b"0", b"1", b"9" * 30, b"1e999", b'""', b'"null"', b"null", b"[]", b"{}", b"true")
WORDS += (
    b'"(1, 2"',
    b'"' + b"(" * 500 + b'"',
    b"[" * 200,
    b'"__import__"',
    b'"\\u0000"',
    b"[[0,0,0]]",
)


def change_bytes(data, rng):
    """Some bytes changed: flips, cuts, repeats, numbers of four or eight bytes made extreme."""
    data = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 4, 8))):
        at = rng.randrange(len(data) + 1)
        kind = rng.randrange(6)
        if kind == 0 and data:
            data[at % len(data)] ^= 1 << rng.randrange(8)
        elif kind == 1:
            del data[at : at + rng.choice((1, 4, 8, 64, len(data)))]
        elif kind == 2:
            data[at:at] = data[at : at + rng.choice((1, 4, 8, 64))]
        elif kind == 3:
            data[at : at + 4] = struct.pack("<I", rng.choice(EXTREMES) & 0xFFFFFFFF)
        elif kind == 4:
            at -= at % 4
            data[at : at + 8] = struct.pack("<Q", rng.choice(EXTREMES))
        else:
            data[at:at] = rng.randbytes(rng.choice((1, 2, 7, 30)))
    return bytes(data)


def change_tokens(data, rng):
    """Some tokens of JSON dropped, doubled, exchanged or replaced."""
    places = [m.span() for m in TOKEN.finditer(data)]
    for _ in range(rng.choice((1, 1, 2, 3))):
        start, end = rng.choice(places)
        other = rng.choice(places)
        word = rng.choice((b"", data[start:end] * 2, data[slice(*other)], rng.choice(WORDS)))
        data = data[:start] + word + data[end:]
        places = [p for p in places if p[1] <= start] or [(0, 1)]
    return data


def read_symbol(data):
    """Read, and use as far as a file goes without being run."""
    symbol = mx.sym.load_json(data.decode("utf-8", "surrogateescape"))
    symbol.list_arguments()
    symbol.infer_shape_partial()
    symbol.tojson()


class Files:
    """Readers that want a path."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "case"

    def record(self, data):
        """Read every record, and take off its header."""
        self.path.write_bytes(data)
        reader = recordio.MXRecordIO(str(self.path), "r")
        try:
            while (record := reader.read()) is not None:
                recordio.unpack(record)
        finally:
            reader.close()

    def idx(self, data):
        """Read as the files of MNIST."""
        self.path.write_bytes(data)
        read_idx(str(self.path), 3)

    def onnx(self, data):
        """Read a model, and what it says of itself."""
        self.path.write_bytes(data)
        contrib_onnx.import_model(str(self.path))
        contrib_onnx.get_model_metadata(str(self.path))

    def states(self, data):
        """Read as the states of a trainer."""
        self.path.write_bytes(data)
        net = gluon.nn.Dense(2, in_units=3)
        net.initialize()
        gluon.Trainer(net.collect_params(), "adam").load_states(str(self.path))


def change_model(data, rng):
    """Some fields of an ONNX model changed, or some of its bytes."""
    if rng.random() < 0.3:
        return change_bytes(data, rng)
    import onnx

    model = onnx.ModelProto.FromString(data)
    nodes, tensors = model.graph.node, model.graph.initializer
    for _ in range(rng.choice((1, 1, 2, 3))):
        kind, number = rng.randrange(8), rng.choice((-5, -1, 0, 1, 2, 3, 7, 1 << 33, -(1 << 62)))
        node, tensor = rng.choice(nodes), rng.choice(tensors)
        attributes = [a for n in nodes for a in n.attribute]
        attribute = rng.choice(attributes)
        if kind == 0:
            node.op_type = rng.choice(sorted(READERS))
        elif kind == 1 and node.input:
            names = [name for n in nodes for name in (*n.input, *n.output)]
            node.input[rng.randrange(len(node.input))] = rng.choice(names)
        elif kind == 2 and attribute.ints:
            attribute.ints[rng.randrange(len(attribute.ints))] = number
        elif kind == 3:
            attribute.i, attribute.type = number, rng.choice((1, 2, 3, 4, 6, 7))
        elif kind == 4 and tensor.dims:
            tensor.dims[rng.randrange(len(tensor.dims))] = number
        elif kind == 5:
            tensor.raw_data = change_bytes(tensor.raw_data, rng)
        elif kind == 6:
            tensor.data_type = rng.randrange(24)
        elif node.input and rng.random() < 0.5:
            del node.input[rng.randrange(len(node.input)) :]
        elif node.attribute:
            del node.attribute[rng.randrange(len(node.attribute))]
    return model.SerializeToString()


def onnx_models(folder):
    """Small models with most kinds of readers."""
    try:
        import onnx  # noqa: F401
    except ImportError:
        return []
    x = mx.sym.Variable("data")
    y = mx.sym.Convolution(x, kernel=(3, 3), pad=(1, 1), num_filter=2, name="c")
    y = mx.sym.BatchNorm(mx.sym.Pooling(y, kernel=(2, 2), stride=(2, 2), pool_type="max"), name="b")
    y = mx.sym.contrib.BilinearResize2D(y, height=4, width=4)
    pictures = mx.sym.FullyConnected(mx.sym.Reshape(y, (0, -1)), num_hidden=2, name="f")
    y = mx.sym.SequenceMask(x, mx.sym.Variable("ends"), use_sequence_length=True)
    y = mx.sym.RNN(y, mx.sym.Variable("p_weight"), mx.sym.zeros((2, 0, 2)), mx.sym.zeros((2, 0, 2)),
                   mode="lstm", state_size=2, num_layers=1, bidirectional=True)  # fmt: skip
    y = mx.sym.softmax(mx.sym.batch_dot(y, y, transpose_b=True))
    y = mx.sym.where(y > 0.1, y, y * 2)
    words = mx.sym.slice(mx.sym.tile(y, (1, 1, 2)), (None, 1, None), (None, 2, None))
    found = []
    for net, data in ((pictures, [(1, 1, 4, 4)]), (words, [(3, 2, 2), (2,)])):
        names = [n for n in net.list_inputs() if n in ("data", "ends")]
        shapes = dict(zip(net.list_inputs(), [None] * 99)) | dict(zip(("data", "ends"), data))
        args, _, aux = net.infer_shape(**{n: shapes[n] for n in names})
        sizes = dict(zip(net.list_arguments(), args)) | dict(zip(net.list_auxiliary_states(), aux))
        params = {k: mx.nd.ones(s) for k, s in sizes.items() if k not in names}
        path = str(folder / "good.onnx")
        mx.onnx.export_model(net, params, [shapes[n] for n in names], onnx_file_path=path)
        found.append(Path(path).read_bytes())
    return found


def corpora():
    """Format -> (reader, good files, how to change them)."""
    files = Files()
    records = Path(files.folder.name) / "good.rec"
    writer = recordio.MXRecordIO(str(records), "w")
    for i in range(5):
        writer.write(recordio.pack(recordio.IRHeader(0, float(i), i, 0), b"x" * (i * 5)))
    writer.write(b"\x0a\x23\xd7\xce" * 3)  # the mark of a record inside of one
    writer.close()
    states = Path(files.folder.name) / "good.states"
    net = gluon.nn.Dense(2, in_units=3)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "adam")
    trainer.save_states(str(states))
    images = struct.pack(">IIII", 0x803, 3, 4, 5) + bytes(range(60))
    return {
        "params": (
            load_frombuffer,
            [p.read_bytes() for p in sorted((DATA / "ndarray").iterdir()) if p.suffix != ".npz"],
            change_bytes,
        ),
        "symbol": (
            read_symbol,
            [p.read_bytes() for p in sorted(DATA.rglob("*-symbol.json"))],
            change_tokens,
        ),
        "record": (files.record, [records.read_bytes()], change_bytes),
        "states": (
            files.states,
            [states.read_bytes(), *[p.read_bytes() for p in sorted(DATA.rglob("*.states"))]],
            change_bytes,
        ),
        "onnx": (files.onnx, onnx_models(Path(files.folder.name)), change_model),
        "idx": (files.idx, [images, gzip.compress(images, mtime=0)], change_bytes),
    }


def over(*_):
    """Turn a timer's signal into an exception."""
    raise TimeoutError(f"more than {SECONDS} s of the processor, or 60 times that by the clock")


def fuzz(name, cases, seed):
    """Run one format; returns the number of findings."""
    reader, good, change = corpora()[name]
    findings, refused, worst = 0, 0, 0.0
    begun = time.perf_counter()
    for i in range(cases):
        rng = random.Random(f"{name} {seed + i}")
        data = change(rng.choice(good), rng)
        start = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        signal.setitimer(signal.ITIMER_REAL, 60 * SECONDS)
        try:
            reader(data)
        except mx.MXNetError:
            refused += 1
        except Exception as e:  # noqa: BLE001 - any other is what is looked for
            findings += 1
            if findings <= 10:
                print(f"{name}: seed {seed + i}: {type(e).__name__}: {str(e)[:200]}")
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.setitimer(signal.ITIMER_REAL, 0)
        worst = max(worst, time.process_time() - start)
    print(
        f"{name}: {cases} cases, {refused} refused, {findings} findings, slowest {worst * 1e3:.0f} "
        f"ms, {time.perf_counter() - begun:.0f} s"
    )
    return findings


def main():
    """Run the formats that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    names = ("params", "symbol", "record", "states", "idx", "onnx")
    parser.add_argument("formats", nargs="*", default=names)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGPROF, over)
    signal.signal(signal.SIGALRM, over)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (max(used, size) + MEMORY, resource.RLIM_INFINITY))
    onp.seterr(all="ignore")
    sys.exit(1 if sum(fuzz(name, args.cases, args.seed) for name in args.formats) else 0)


if __name__ == "__main__":
    main()
