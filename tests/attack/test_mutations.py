"""Files with random faults: an MXNetError or arrays, nothing else, in bounded time.

MXNET_ATTACK_ROUNDS is the number of faulty files of each format; ``make attack`` raises it.
"""

import os
import pickle
import time

import numpy as onp
import pytest

import mxnet as mx
from mxnet import _codec, nd, recordio

ROUNDS = int(os.environ.get("MXNET_ATTACK_ROUNDS", "150"))
SECONDS = 20  # of processor time for one file; the slowest seen took 0.1


def seeds(folder):
    """A whole file of each format, and what reads it."""
    nd.save(f"{folder}/a.params", {"arg:x": nd.arange(6).reshape((2, 3)), "aux:y": nd.ones((4,))})
    data = mx.sym.Variable("data")
    net = mx.sym.FullyConnected(data, num_hidden=3, name="fc")
    net = mx.sym.Pooling(mx.sym.reshape(net, shape=(1, 1, -1, 3)), kernel=(1, 3), name="pool")
    net.save(f"{folder}/a.json")
    updater = mx.optimizer.get_updater(mx.optimizer.Adam())
    updater(0, nd.ones((3,)), nd.ones((3,)))
    with open(f"{folder}/a.states", "wb") as f:
        f.write(updater.get_states(dump_optimizer=True))
    with open(f"{folder}/b.states", "wb") as f:  # as MXNet 1.x wrote them
        f.write(pickle.dumps({0: (1.5, [2, 3]), 1: None}, 2))
    writer = recordio.MXRecordIO(f"{folder}/a.rec", "w")
    for k in range(4):
        writer.write(recordio.pack(recordio.IRHeader(0, k, k, 0), bytes(range(40))))
    writer.close()
    for ending in ("png", "jpg", "bmp"):
        picture = (onp.arange(300) % 251).reshape(10, 10, 3).astype("uint8")
        with open(f"{folder}/a.{ending}", "wb") as f:
            f.write(_codec.opencv("test").imencode(f".{ending}", picture)[1].tobytes())


def read_records(path):
    reader = recordio.MXRecordIO(path, "r")
    while (data := reader.read()) is not None:
        recordio.unpack(data)


def read_symbol(path):
    symbol = mx.sym.load(path)
    symbol.infer_shape_partial(data=(2, 3))
    symbol.tojson()


def read_states(path):
    with open(path, "rb") as f:
        mx.optimizer.get_updater(mx.optimizer.Adam()).set_states(f.read())


def read_picture(path):
    with open(path, "rb") as f:
        mx.image.imdecode(f.read())


READERS = {
    "a.params": nd.load,
    "a.json": read_symbol,
    "a.states": read_states,
    "b.states": read_states,
    "a.rec": read_records,
    "a.png": read_picture,
    "a.jpg": read_picture,
    "a.bmp": read_picture,
}


def mutated(data, generator):
    """Bytes replaced, cut out, doubled, or numbers made large; cut off at the end."""
    data = bytearray(data)
    for _ in range(int(generator.integers(1, 4))):
        at, kind = int(generator.integers(0, len(data))), int(generator.integers(0, 5))
        size = int(generator.choice([1, 2, 4, 8]))
        if kind == 0:
            data[at] = int(generator.integers(0, 256))
        elif kind == 1:
            data[at : at + size] = bytes([int(generator.choice([0, 0x7F, 0x80, 0xFF]))]) * size
        elif kind == 2:
            del data[at : at + size]
        elif kind == 3:
            data[at:at] = data[at : at + 8 * size]
        else:
            data[at : at + 1] = b"99999"
        data = data or bytearray(b"x")
    return bytes(data if generator.random() < 0.7 else data[: generator.integers(0, len(data) + 1)])


def attack(name, folder, read, rounds, seed):
    """How many of the faulty files were refused."""
    with open(f"{folder}/{name}", "rb") as f:
        whole = f.read()
    generator, refused = onp.random.default_rng(seed), 0
    path = f"{folder}/faulty-{name}"
    for k in range(rounds):
        data = mutated(whole, generator)
        with open(path, "wb") as f:
            f.write(data)
        begun = time.process_time()
        try:
            read(path)
        except mx.MXNetError:
            refused += 1
        except BaseException as e:
            raise AssertionError(f"{name}, file {k} of seed {seed}: {data!r}") from e
        assert time.process_time() - begun < SECONDS, data
    return refused


@pytest.mark.parametrize("name", READERS)
@pytest.mark.filterwarnings("ignore")
def test_faulty_files(name, tmp_path, seed):
    pytest.importorskip("cv2")
    seeds(tmp_path)
    READERS[name](f"{tmp_path}/{name}")  # whole, it is read
    refused = attack(name, tmp_path, READERS[name], ROUNDS, seed)
    assert refused > ROUNDS // 20  # the faults are met


def test_the_attack_can_fail(tmp_path):
    pytest.importorskip("cv2")
    seeds(tmp_path)

    def careless(path):
        with open(path, "rb") as f:
            pickle.loads(f.read())  # noqa: S301 - what it does wrong is the point

    with pytest.raises(AssertionError, match=r"b\.states, file \d+ of seed 0"):
        attack("b.states", tmp_path, careless, 100, 0)
