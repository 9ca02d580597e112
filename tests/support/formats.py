"""Every format that is read: a whole file of it, what reads it, and how to damage it.

Used by ``tests/attack/test_mutations.py`` (random faults) and ``tests/attack/fuzz.py`` (faults that
reach new lines of the readers).
"""

import gzip
import io
import json
import os
import pickle
import re
import struct
import tarfile
import warnings
import zipfile
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as onp

import mxnet as mx
from mxnet import _codec, autograd, convert, gluon, image, nd, recordio
from mxnet._archive import extract_members
from mxnet._torch_files import read_tensors
from mxnet.contrib import onnx, text
from mxnet.gluon.contrib.estimator import Estimator
from mxnet.gluon.data import vision
from mxnet.tools import im2rec

DATA = Path(__file__).parents[1] / "data"
VERSIONS = (800, 900, 905, 10000, 10300, 10901)


class Format(NamedTuple):
    """One kind of file."""

    make: object  # (folder) -> path of the file that is damaged; its companions lie beside it
    read: object  # (folder): through a public door
    unpack: object = None  # bytes -> bytes: what lies within checksums
    pack: object = None


FORMATS: dict[str, Format] = {}


def put(folder, name, content):
    """Write a file; its path."""
    path = os.path.join(folder, name)
    with open(path, "wb") as f:
        f.write(content if isinstance(content, bytes) else content.encode())
    return path


def get(folder, name):
    """The content of a file."""
    with open(os.path.join(folder, name), "rb") as f:
        return f.read()


def _file(name, make):
    return lambda folder: os.path.join(make(folder), name)


# -------------------------------------------------------------------------- arrays and networks
def _arrays(folder):
    path = f"{folder}/a.params"
    nd.save(path, {"arg:x": nd.arange(6).reshape((2, 3)), "aux:y": nd.ones((4,))})
    return path


def _sparse(folder):
    path = f"{folder}/a.params"
    rows = nd.sparse.row_sparse_array((onp.ones((2, 3)), [1, 4]), shape=(6, 3))
    csr = nd.sparse.csr_matrix(([1, 2, 3], [0, 2, 1], [0, 2, 2, 3]), shape=(3, 4))
    nd.save(path, [rows, csr, nd.array([1, 2], dtype="int8")])
    return path


def _read_arrays(folder):
    found = nd.load(f"{folder}/a.params")
    for x in found.values() if isinstance(found, dict) else found:
        x.asnumpy()


FORMATS["params"] = Format(_arrays, _read_arrays)
FORMATS["sparse"] = Format(_sparse, _read_arrays)
FORMATS["convert"] = Format(
    _arrays, lambda folder: convert.convert(f"{folder}/a.params", "npz", f"{folder}/out.npz")
)


def _symbol(folder):
    data = mx.sym.Variable("data")
    net = mx.sym.FullyConnected(data, num_hidden=3, name="fc")
    net = mx.sym.Pooling(mx.sym.reshape(net, shape=(1, 1, -1, 3)), kernel=(1, 3), name="pool")
    net.save(f"{folder}/a.json")
    return f"{folder}/a.json"


def _old_symbol(version):
    """A network as older versions wrote it: other names of fields, and a number of their own."""

    def make(folder):
        content = (DATA / "symbol/save_000800.json").read_text()
        if version > 800:
            graph = json.loads((DATA / "symbol/misc-symbol.json").read_text())
            for node in graph["nodes"]:
                attrs = node.pop("attrs", {})
                node["attr" if version < 10000 else "attrs"] = attrs
            content = json.dumps(graph | {"attrs": {"mxnet_version": ["int", version]}})
        return put(folder, "a.json", content)

    return make


def _read_symbol(folder):
    symbol = mx.sym.load(f"{folder}/a.json")
    shapes = {"data": (4, 10)} if "data" in symbol.list_arguments() else {}
    symbol.infer_shape_partial(**shapes)
    symbol.infer_type_partial()
    symbol.tojson()


FORMATS["symbol"] = Format(_symbol, _read_symbol)
for _version in VERSIONS[:-1]:
    FORMATS[f"symbol-{_version}"] = Format(_old_symbol(_version), _read_symbol)


def _foreach(folder):
    return put(folder, "a.json", (DATA / "symbol/while-symbol.json").read_bytes())


FORMATS["symbol-loop"] = Format(_foreach, _read_symbol)


def _states(folder):
    updater = mx.optimizer.get_updater(mx.optimizer.Adam())
    updater(0, nd.ones((3,)), nd.ones((3,)))
    return put(folder, "a.states", updater.get_states(dump_optimizer=True))


def _old_states(folder):  # as MXNet 1.x wrote them
    return put(folder, "a.states", pickle.dumps({0: (1.5, [2, 3]), 1: None}, 2))


def _read_states(folder):
    mx.optimizer.get_updater(mx.optimizer.Adam()).set_states(get(folder, "a.states"))


FORMATS["states"] = Format(_states, _read_states)
FORMATS["states-1.x"] = Format(_old_states, _read_states)


def _estimator():
    net = gluon.nn.Dense(2, in_units=3, prefix="d_")
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "adam", kvstore=None)
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    return Estimator(net, loss, train_metrics=mx.metric.Accuracy(), trainer=trainer)


def _run(folder):
    _estimator().save_state(f"{folder}/a.run")
    return f"{folder}/a.run"


FORMATS["run"] = Format(_run, lambda folder: _estimator().load_state(f"{folder}/a.run"))


def _block(folder):
    _blocks().save(f"{folder}/a")
    return f"{folder}/a-model.json"


def _blocks():
    net = gluon.nn.HybridSequential()
    net.add(gluon.nn.Dense(2, in_units=3), gluon.nn.HybridSequential())
    net[1].add(gluon.nn.Dense(2, in_units=2))
    net.initialize()
    return net


def _trainer_states(folder):
    net, trainer = _trained()
    net.save_parameters(f"{folder}/a.params")
    trainer.save_states(f"{folder}/a.states")
    return folder


def _trained():
    net = gluon.nn.Dense(2, in_units=3, prefix="d_")
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"momentum": 0.9})
    with autograd.record():
        loss = net(nd.ones((2, 3))).sum()
    loss.backward()
    trainer.step(2)
    return net, trainer


def _read_parameters(folder):
    net = gluon.nn.Dense(2, in_units=3, prefix="d_")
    net.load_parameters(f"{folder}/a.params")
    net(nd.ones((2, 3))).asnumpy()


def _read_trainer_states(folder):
    _, trainer = _trained()
    trainer.load_states(f"{folder}/a.states")
    for states in trainer._updaters[0].states.values():
        for state in states if isinstance(states, tuple) else (states,):
            if state is not None:
                state.asnumpy()


def _exported(folder):
    net = gluon.nn.HybridSequential(prefix="n_")
    net.add(gluon.nn.Dense(2, in_units=3, prefix="d_"), gluon.nn.BatchNorm(prefix="b_"))
    net.initialize()
    net.hybridize()
    net(nd.ones((2, 3)))
    net.export(f"{folder}/net")
    return folder


def _read_imported(folder):
    net = gluon.SymbolBlock.imports(
        f"{folder}/net-symbol.json", ["data"], f"{folder}/net-0000.params"
    )
    net(nd.ones((2, 3))).asnumpy()


FORMATS["parameters"] = Format(_file("a.params", _trainer_states), _read_parameters)
FORMATS["trainer-states"] = Format(_file("a.states", _trainer_states), _read_trainer_states)
FORMATS["imported"] = Format(_file("net-symbol.json", _exported), _read_imported)
FORMATS["imported-parameters"] = Format(_file("net-0000.params", _exported), _read_imported)
FORMATS["block"] = Format(_block, lambda folder: _blocks().load(f"{folder}/a"))


def _onnx(folder):
    data = mx.sym.Variable("data")
    net = mx.sym.Convolution(data, kernel=(3, 3), num_filter=2, name="c")
    net = mx.sym.BatchNorm(net, fix_gamma=False, name="b")
    net = mx.sym.Pooling(mx.sym.relu(net), kernel=(2, 2), pool_type="max", name="p")
    net = mx.sym.softmax(mx.sym.FullyConnected(net, num_hidden=2, name="f"))
    shapes, _, aux = net.infer_shape(data=(1, 1, 6, 6))
    values = {
        n: nd.ones(s)
        for n, s in zip(
            net.list_arguments() + net.list_auxiliary_states(), [*shapes, *aux], strict=True
        )
        if n != "data"
    }
    path = f"{folder}/a.onnx"
    onnx.export_model(net, values, [(1, 1, 6, 6)], onnx_file_path=path)
    return path


def _read_onnx(folder):
    onnx.get_model_metadata(f"{folder}/a.onnx")
    onnx.import_model(f"{folder}/a.onnx")


FORMATS["onnx"] = Format(_onnx, _read_onnx)


# ------------------------------------------------------------------------------------- records
def _picture(ending):
    picture = (onp.arange(300) % 251).reshape(10, 10, 3).astype("uint8")
    return _codec.opencv("test").imencode(f".{ending}", picture)[1].tobytes()


def _records(folder):
    writer = recordio.MXRecordIO(f"{folder}/a.rec", "w")
    for k in range(4):
        label = k if k % 2 else [1.0, 2.0]
        writer.write(recordio.pack(recordio.IRHeader(0, label, k, 0), bytes(range(40))))
    writer.close()
    return f"{folder}/a.rec"


def _read_records(folder):
    reader = recordio.MXRecordIO(f"{folder}/a.rec", "r")
    try:
        while (data := reader.read()) is not None:
            recordio.unpack(data)
    finally:
        reader.close()


FORMATS["rec"] = Format(_records, _read_records)


def _pictures(folder):
    writer = recordio.MXIndexedRecordIO(f"{folder}/a.idx", f"{folder}/a.rec", "w")
    for k in range(4):
        header = recordio.IRHeader(0, float(k), k, 0)
        writer.write_idx(k, recordio.pack(header, _picture("png" if k % 2 else "jpg")))
    writer.close()
    put(folder, "a.lst", "".join(f"{k}\t{k + 0.5}\t{k}.png\n" for k in range(4)))
    for k in range(4):
        put(folder, f"{k}.png", _picture("png"))
    return folder


def _batches(iterator):
    for batch in iterator:
        batch.data[0].asnumpy()
        batch.label[0].asnumpy()


def _read_recorded(folder):
    _batches(
        mx.io.ImageRecordIter(
            path_imgrec=f"{folder}/a.rec",
            path_imgidx=f"{folder}/a.idx",
            path_imglist=f"{folder}/a.lst",
            data_shape=(3, 8, 8),
            batch_size=2,
            preprocess_threads=1,
            prefetch_buffer=1,
        )
    )


def _read_listed(folder):
    _batches(
        image.ImageIter(
            2, (3, 8, 8), path_imglist=f"{folder}/a.lst", path_root=folder, label_width=1
        )
    )


def _read_listed_datasets(folder):
    vision.ImageListDataset(folder, f"{folder}/a.lst")
    im2rec.read_list(f"{folder}/a.lst")


def _read_indexed(folder):
    reader = recordio.MXIndexedRecordIO(f"{folder}/a.idx", f"{folder}/a.rec", "r")
    try:
        for key in reader.keys:
            recordio.unpack(reader.read_idx(key))
    finally:
        reader.close()
    gluon.data.vision.ImageRecordDataset(f"{folder}/a.rec")[0]


FORMATS["rec-pictures"] = Format(_file("a.rec", _pictures), _read_recorded)
FORMATS["lst"] = Format(_file("a.lst", _pictures), _read_recorded)
FORMATS["lst-iter"] = Format(_file("a.lst", _pictures), _read_listed)
FORMATS["lst-dataset"] = Format(_file("a.lst", _pictures), _read_listed_datasets)
FORMATS["idx-index"] = Format(_file("a.idx", _pictures), _read_indexed)
FORMATS["idx-iter"] = Format(_file("a.idx", _pictures), _read_recorded)


# ------------------------------------------------------------------------------------ images
def _png_chunks(data):
    """The content of a PNG file without the checksums."""
    found, at = [data[:8]], 8
    while at + 12 <= len(data):
        size = struct.unpack_from(">I", data, at)[0]
        found.append(data[at : at + 8 + size])
        at += 12 + size
    return b"".join(found)


def _png_checked(data):
    """Put the checksums back, as far as sizes make sense."""
    found, at = [data[:8]], 8
    while at + 8 <= len(data):
        size = struct.unpack_from(">I", data, at)[0]
        chunk = data[at : at + 8 + size]
        found.append(chunk + struct.pack(">I", zlib.crc32(chunk[4:])))
        at += 8 + size
    return b"".join([*found, data[at:]])


def _read_picture(name):
    def read(folder):
        mx.image.imdecode(get(folder, name))
        mx.image.imread(f"{folder}/{name}", flag=0)

    return read


for _ending in ("png", "jpg", "bmp", "tiff", "webp"):
    FORMATS[_ending] = Format(
        lambda folder, e=_ending: put(folder, f"a.{e}", _picture(e)),
        _read_picture(f"a.{_ending}"),
        *((_png_chunks, _png_checked) if _ending == "png" else ()),
    )


# ----------------------------------------------------------------------------- sets of numbers
def _zipped(data):
    return gzip.compress(data, mtime=0)


def _idx(ndim, *shape):
    content = onp.arange(onp.prod(shape)).astype("uint8") % 10
    return bytes((0, 0, 8, ndim)) + struct.pack(f">{ndim}I", *shape) + content.tobytes()


def _mnist(packed, name):
    ending = ".gz" if packed else ""

    def make(folder):
        for file, content in (
            ("train-images-idx3-ubyte", _idx(3, 3, 28, 28)),
            ("train-labels-idx1-ubyte", _idx(1, 3)),
        ):
            put(folder, file + ending, _zipped(content) if packed else content)
        return f"{folder}/{name}{ending}"

    return make


def _read_mnist(ending):
    def read(folder):
        try:
            len(vision.MNIST(folder))
        finally:
            mx.io.MNISTIter(
                image=f"{folder}/train-images-idx3-ubyte{ending}",
                label=f"{folder}/train-labels-idx1-ubyte{ending}",
                batch_size=2,
            ).next()

    return read


for _name in ("images-idx3", "labels-idx1"):
    _which = f"train-{_name}-ubyte"
    FORMATS[f"mnist-{_name}"] = Format(_mnist(False, _which), _read_mnist(""))
    FORMATS[f"mnist-{_name}-gz"] = Format(
        _mnist(True, _which), _read_mnist(".gz"), gzip.decompress, _zipped
    )
FORMATS["cifar"] = Format(
    lambda folder: put(folder, "train.bin", bytes([3, 4]) + bytes(range(256)) * 12),
    lambda folder: len(vision.CIFAR100(folder)),
)
_TABLE = "1.5,2,3\n-2,3e2,4\n3,4,nan\n4,5,6\n"


def _csv(folder):
    put(folder, "l.csv", "1\n2\n3\n4\n")
    return put(folder, "a.csv", _TABLE)


def _read_csv(folder):
    for dtype in ("float32", "int32"):
        _batches(
            mx.io.CSVIter(
                data_csv=f"{folder}/a.csv",
                data_shape=(3,),
                label_csv=f"{folder}/l.csv",
                batch_size=2,
                dtype=dtype,
            )
        )


def _read_csv_float(folder):
    _batches(
        mx.io.CSVIter(
            data_csv=f"{folder}/a.csv", data_shape=(3,), label_csv=f"{folder}/l.csv", batch_size=2
        )
    )


FORMATS["csv"] = Format(_csv, _read_csv_float)
FORMATS["csv-int"] = Format(lambda folder: put(folder, "l.csv", "1\n2\n3\n4\n") and put(
    folder, "a.csv", _TABLE.replace("nan", "7").replace("3e2", "3.5")), _read_csv)  # fmt: skip
FORMATS["libsvm"] = Format(
    lambda folder: put(folder, "a.libsvm", "1 0:1.5 2:2\n0 1:3 # why\n-1 qid:3 0:1 3:4e2\n2 2:1\n"),
    lambda folder: _batches(
        mx.io.LibSVMIter(data_libsvm=f"{folder}/a.libsvm", data_shape=(4,), batch_size=2)
    ),
)


# ---------------------------------------------------------------------------------------- text
_VECTORS = "hello 0.5 1 2\nworld 3 4 5e1\n. . 1 2 3\nçà 7 8 9\n"
FORMATS["embedding"] = Format(
    lambda folder: put(folder, "a.vec", _VECTORS),
    lambda folder: text.embedding.CustomEmbedding(f"{folder}/a.vec"),
)


def _glove(folder):
    path = os.path.join(folder, "glove", "glove.6B.50d.txt")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    numbers = " ".join("0.25" for _ in range(50))
    return put(folder, "glove/glove.6B.50d.txt", f"the {numbers}\n<unk> {numbers}\n")


FORMATS["glove"] = Format(
    _glove,
    lambda folder: text.embedding.create(
        "glove", pretrained_file_name="glove.6B.50d.txt", embedding_root=folder
    ),
)


def _read_wikitext(folder):
    gluon.contrib.data.text.WikiText2(folder, "validation", seq_len=2)


FORMATS["wikitext"] = Format(
    lambda folder: put(folder, "wiki.valid.tokens", " = A title = \n the cat , sat .\n"),
    _read_wikitext,
)


# ------------------------------------------------------------------------------------ archives
def _tar(folder):
    path = put(folder, "data", bytes(range(250)) * 8)
    with tarfile.open(f"{folder}/a.tar", "w") as tar:
        tar.add(path, "in/data")
        tar.add(path, "in/other")
    return f"{folder}/a.tar"


FORMATS["tar"] = Format(_tar, lambda folder: extract_members(f"{folder}/a.tar", ["data"], folder))
FORMATS["tar-gz"] = Format(
    lambda folder: put(folder, "a.tar", _zipped(get("", _tar(folder)))),
    lambda folder: extract_members(f"{folder}/a.tar", ["data"], folder),
    gzip.decompress,
    _zipped,
)


def _zip(folder):
    path = f"{folder}/a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("in/data", bytes(range(250)) * 8)
        packed.writestr("in/other", b"12345" * 20)
    return path


FORMATS["zip"] = Format(
    _zip, lambda folder: mx._archive.extract_member(f"{folder}/a.zip", "data", f"{folder}/data")
)


# ------------------------------------------------------------------------- of other frameworks
def _torch(name):
    return (
        lambda folder: put(folder, "a.pth", get(DATA, f"torch/{name}")),
        lambda folder: read_tensors(f"{folder}/a.pth"),
    )


def _zip_contents(data):
    """What the members of a zip archive hold, without the checksums."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return b"\0MEMBER\0".join(archive.read(n) for n in archive.namelist())


def _zip_of(template):
    with zipfile.ZipFile(io.BytesIO(template)) as archive:
        names = archive.namelist()

    def pack(data):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for name, content in zip(names, data.split(b"\0MEMBER\0")):
                archive.writestr(name, content)
        return file.getvalue()

    return pack


for _name in ("state", "checkpoint"):
    FORMATS[f"torch-{_name}"] = Format(
        *_torch(f"{_name}.pth"), _zip_contents, _zip_of(get(DATA, f"torch/{_name}.pth"))
    )
FORMATS["torch-old"] = Format(*_torch("state_legacy.pth"))
FORMATS["safetensors"] = Format(*_torch("state.safetensors"))


# --------------------------------------------------------------------------------- mutations
_EXTREMES = (
    b"0 -1 1e400 -1e400 nan inf -inf 99999999999 18446744073709551616 9223372036854775807 1e9 0x10"
    b" 1_000 \xff\xfe \xc3( \x00 \xef\xbb\xbf \xe2\x80\xa8 \r \x1c \t : , null true [] {} \"\" "
).split(b" ")  # fmt: skip
_NUMBER = re.compile(rb"-?[0-9]+")


def damaged(data, generator):
    """Bytes replaced, cut out, doubled, moved, or numbers made large; cut off at the end."""
    data = bytearray(data)
    for _ in range(int(generator.integers(1, 4))):
        at, kind = int(generator.integers(0, len(data))), int(generator.integers(0, 7))
        size = int(generator.choice([1, 2, 4, 8]))
        if kind == 0:
            data[at] = int(generator.integers(0, 256))
        elif kind == 1:
            data[at : at + size] = bytes([int(generator.choice([0, 0x7F, 0x80, 0xFF]))]) * size
        elif kind == 2:
            del data[at : at + size]
        elif kind == 3:
            data[at:at] = data[at : at + 8 * size]
        elif kind == 4:
            data[at : at + 1] = b"99999"
        elif kind == 5:  # the next number, or what stands here, becomes an extreme
            found = _NUMBER.search(data, at)
            span = found.span() if found else (at, at + size)
            data[slice(*span)] = _EXTREMES[int(generator.integers(0, len(_EXTREMES)))]
        else:
            other = int(generator.integers(0, len(data)))
            data[at : at + 8 * size] = data[other : other + 8 * size]
        data = data or bytearray(b"x")
    return bytes(data if generator.random() < 0.7 else data[: generator.integers(0, len(data) + 1)])


def damage(form, whole, generator):
    """A damaged file: outside, or within what checksums protect."""
    if form.unpack is None or generator.random() < 0.4:
        return damaged(whole, generator)
    return form.pack(damaged(form.unpack(whole), generator))


def read_damaged(form, folder, path, data):
    """Whether a reader refused a damaged file as it should; anything else it raises is a fault."""
    with open(path, "wb") as f:
        f.write(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            form.read(folder)
        except mx.MXNetError:
            return True
    return False
