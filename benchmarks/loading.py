"""Times what feeds a training loop: record files, pictures, loaders; ours beside MXNet 1.9.1.

``python benchmarks/loading.py`` writes the table in README.md. The same program runs under both;
rounds alternate, and the table has the medians. Pictures and records are made up once. The pictures
are also decoded by Pillow for PyTorch.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parent
PICTURES, SIDE = 300, 256
RECORD_BYTES = (4_000, 40_000, 110_000)
RECORDS_TOTAL = 64 << 20
ARRAYS, ARRAY_FLOATS = 20, 1_250_000
ROUNDS = 5
PICTURES_ROW = "JPEG record file, pictures/s"
BATCH, CROP, THREADS = 32, 224, 2
MEAN, DEVIATION = (123.7, 116.3, 103.5), (58.4, 57.1, 57.4)


# ---------------------------------------------------------------- run under either package
def pictures(folder):
    """Pictures a second: decoded, resized, cropped, flipped, normalised, in batches of 32."""
    import mxnet as mx

    it = mx.io.ImageRecordIter(
        path_imgrec=f"{folder}/pictures.rec",
        data_shape=(3, CROP, CROP),
        batch_size=BATCH,
        resize=SIDE,
        rand_crop=True,
        rand_mirror=True,
        **dict(zip(("mean_r", "mean_g", "mean_b"), MEAN, strict=True)),
        **dict(zip(("std_r", "std_g", "std_b"), DEVIATION, strict=True)),
        preprocess_threads=THREADS,
    )
    for _ in range(2):  # the first pass warms up
        it.reset()
        begun, n = time.perf_counter(), 0
        for batch in it:
            batch.data[0].wait_to_read()
            n += BATCH
        rate = n / (time.perf_counter() - begun)
    return {PICTURES_ROW: rate}


def pillow(folder):
    """The same pictures by Pillow in threads, and the same batches by PyTorch, without a loader."""
    import io
    import random
    import struct
    from concurrent.futures import ThreadPoolExecutor

    import numpy as np
    import torch
    from PIL import Image

    torch.set_num_threads(THREADS)
    mean, deviation = (torch.tensor(v).reshape(3, 1, 1) for v in (MEAN, DEVIATION))

    def pictures():
        with open(f"{folder}/pictures.rec", "rb") as file:
            while head := file.read(8):
                size = struct.unpack("<2I", head)[1] & (1 << 29) - 1
                yield file.read(size)[24:]  # behind label and numbers
                file.read(-size % 4)

    def prepared(jpeg):
        image = Image.open(io.BytesIO(jpeg)).convert("RGB")
        scale = SIDE / min(image.size)
        if scale != 1:
            image = image.resize([round(n * scale) for n in image.size])
        x, y = (random.randint(0, n - CROP) for n in image.size)
        image = image.crop((x, y, x + CROP, y + CROP))
        if random.random() < 0.5:
            image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        return torch.from_numpy(np.array(image)).permute(2, 0, 1).sub(mean).div_(deviation)

    with ThreadPoolExecutor(THREADS) as pool:
        for _ in range(2):
            begun, n, waiting = time.perf_counter(), 0, []
            for jpeg in pictures():
                waiting.append(jpeg)
                if len(waiting) == BATCH:
                    n += len(torch.stack(list(pool.map(prepared, waiting))))
                    waiting = []
            rate = n / (time.perf_counter() - begun)
    return {PICTURES_ROW: rate}


def records(folder):
    """Megabytes a second of reading records one after the other."""
    from mxnet import recordio

    found = {}
    for size in RECORD_BYTES:
        path = f"{folder}/{size}.rec"
        for _ in range(2):
            reader = recordio.MXRecordIO(path, "r")
            begun = time.perf_counter()
            while reader.read() is not None:
                pass
            seconds = time.perf_counter() - begun
            reader.close()
        found[f"records of {size:,} bytes, MB/s"] = os.path.getsize(path) / seconds / 1e6
    return found


def raw(folder):
    """Megabytes a second of reading such a file in pieces of 1 MiB."""
    path = f"{folder}/{RECORD_BYTES[-1]}.rec"
    for _ in range(2):
        with open(path, "rb", buffering=0) as file:
            begun = time.perf_counter()
            while file.read(1 << 20):
                pass
            seconds = time.perf_counter() - begun
    return {"the file itself, MB/s": os.path.getsize(path) / seconds / 1e6}


def start(folder):
    """Seconds from making a loader with two workers to its first batch."""
    import numpy as np

    from mxnet import gluon

    data = gluon.data.ArrayDataset(np.ones((512, 28, 28, 1), "uint8"), np.zeros(512))
    data = data.transform_first(lambda x: x.astype("float32") / 255)
    begun = time.perf_counter()
    next(iter(gluon.data.DataLoader(data, 64, num_workers=2)))
    return {"first batch of a loader with 2 workers, s": time.perf_counter() - begun}


def training(folder):
    """Epoch of an MLP fed by a loader, as a multiple of one fed from an array in memory."""
    import numpy as np

    from mxnet import autograd, gluon, nd

    random = np.random.RandomState(0)
    x = random.randint(0, 256, (20_000, 28, 28, 1)).astype("uint8")
    y = random.randint(0, 10, 20_000).astype("float32")
    net = gluon.nn.HybridSequential()
    net.add(gluon.nn.Dense(256, activation="relu"), gluon.nn.Dense(10))
    net.initialize()
    net.hybridize()
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.01})
    to_tensor = gluon.data.vision.transforms.ToTensor()
    data = gluon.data.ArrayDataset(nd.array(x, dtype="uint8"), nd.array(y)).transform_first(
        to_tensor
    )
    loader = gluon.data.DataLoader(data, 256, shuffle=True, last_batch="discard")
    resident = nd.array(x.reshape(-1, 784) / 255.0), nd.array(y)

    def from_array():
        for i in range(0, len(x) - 255, 256):
            yield resident[0][i : i + 256], resident[1][i : i + 256]

    def epoch(batches):
        begun = time.perf_counter()
        for data, label in batches:
            with autograd.record():
                value = loss(net(data), label)
            value.backward()
            trainer.step(256)
        value.wait_to_read()
        nd.waitall()
        return time.perf_counter() - begun

    times = [(epoch(loader), epoch(from_array())) for _ in range(6)][1:]
    ratio = statistics.median([a for a, _ in times]) / statistics.median([b for _, b in times])
    return {"MLP epoch: from the loader / from an array": ratio}


def parameters(folder):
    """Megabytes a second of loading 100 MB of parameters, as MXNet's file and as others."""
    import numpy as np

    from mxnet import nd

    def from_params():
        for array in nd.load(f"{folder}/large.params").values():
            array.wait_to_read()

    ways = {
        ".params": from_params,
        "the same in .npy files, by NumPy": lambda: [
            np.load(f"{folder}/large{i}.npy") for i in range(ARRAYS)
        ],
    }
    try:
        from safetensors.numpy import load_file
    except ImportError:
        pass
    else:
        ways["the same in .safetensors"] = lambda: load_file(f"{folder}/large.safetensors")
    found = {}
    for name, load in ways.items():
        for _ in range(3):
            begun = time.perf_counter()
            load()
            seconds = time.perf_counter() - begun
        found[f"{name}, MB/s"] = ARRAYS * ARRAY_FLOATS * 4 / seconds / 1e6
    return found


PARTS = (pictures, records, raw, start, training, parameters)
WHO = {"ours": PARTS, "mxnet": PARTS, "torch": (pillow,)}


# ---------------------------------------------------------------- the benchmark itself
def make_files(folder):
    """The record files that both read."""
    import numpy as np
    from safetensors.numpy import save_file

    from mxnet import nd, recordio

    numbers = np.random.RandomState(0).rand(ARRAYS, ARRAY_FLOATS).astype("float32")
    arrays = {str(i): a for i, a in enumerate(numbers)}
    save_file(arrays, f"{folder}/large.safetensors")
    nd.save(f"{folder}/large.params", {k: nd.array(a) for k, a in arrays.items()})
    for name, a in arrays.items():
        np.save(f"{folder}/large{name}.npy", a)
    random = np.random.RandomState(0)
    writer = recordio.MXRecordIO(f"{folder}/pictures.rec", "w")
    for i in range(PICTURES):
        small = random.randint(0, 256, (16, 16, 3)).astype("uint8")
        picture = np.kron(small, np.ones((SIDE // 16, SIDE // 16, 1), "uint8"))
        picture = picture + random.randint(0, 20, picture.shape).astype("uint8")
        writer.write(recordio.pack_img(recordio.IRHeader(0, i % 10, i, 0), picture, quality=95))
    writer.close()
    for size in RECORD_BYTES:
        writer = recordio.MXRecordIO(f"{folder}/{size}.rec", "w")
        record = random.bytes(size)
        for _ in range(RECORDS_TOTAL // size):
            writer.write(record)
        writer.close()


def run(python, environment, part, folder):
    """What one part gives in a fresh process; None where it fails."""
    command = [str(python), __file__, "--part", part.__name__, "--folder", folder]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, env=environment, timeout=600
    )
    if done.returncode:
        print(f"  {part.__name__}: {done.stderr.strip().splitlines()[-1:]}", flush=True)
        return {}
    return json.loads(done.stdout.strip().splitlines()[-1])


def main(argv=None):
    """Run every part under both packages, in turn."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = parser.parse_args(argv)
    if chosen.part:
        part = {p.__name__: p for p in (*PARTS, pillow)}[chosen.part]
        print(json.dumps(part(chosen.folder)))
        return
    sys.path.insert(0, str(BENCHMARKS / "workloads"))
    from harness import machine, report
    from harness.plan import PEERS

    peers = {}
    for name in WHO:
        environment = PEERS[name][1]
        environment.ensure(print)
        variables = {**os.environ, **dict(environment.variables)}
        if environment.path:
            variables["PYTHONPATH"] = os.pathsep.join(map(str, environment.path))
        peers[name] = environment.python, variables
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        make_files(folder)
        for _ in range(chosen.rounds):
            for part in (pillow, *PARTS):
                for name, (python, variables) in peers.items():
                    if part not in WHO[name]:
                        continue
                    for row, value in run(python, variables, part, folder).items():
                        found.setdefault(row, {}).setdefault(name, []).append(value)
    rows = []
    for row, values in found.items():
        medians = {n: statistics.median(v) for n, v in values.items()}
        cells = [report.number(medians[n]) if n in medians else "-" for n in WHO]
        rows.append((row, *cells))
    header = ("", "ours", "MXNet 1.9.1", "PyTorch and Pillow")
    state = machine.describe(2)
    text = report.table(rows, header, markdown=True)
    print(text)
    when = f"{machine.today()}; " + ", ".join(f"{k} {v}" for k, v in state.items())
    report.replace_between(BENCHMARKS / "README.md", "loading", f"{text}\n\n{when}.")


if __name__ == "__main__":
    main()
