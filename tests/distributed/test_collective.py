"""Sums and copies over processes, against NumPy."""

import json
import subprocess
import sys

import numpy as onp

from support.groups import run_group

CALLS = """
import ctypes, json, os
if os.environ["MXNET_DIST_RANK"] == "0" and hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
import numpy as onp
import jax.numpy as jnp
import mxnet
from mxnet._engine import collective as c

r, n = c.rank(), c.size()
def seen(x):
    return {"shape": list(x.shape), "dtype": str(x.dtype), "hex": x.tobytes().hex()}
def mine(r):
    g = onp.random.RandomState(r)
    return [g.randn(3, 5).astype("float32"), g.randn(70_000), g.randn(7).astype("float16"),
            g.randint(-9, 9, 5).astype("int8"), onp.array(-0.0, "float32"),
            g.randn(1_500_000).astype("float32"), onp.zeros((0, 3), "float32")]
found = {"place": [r, n], "sum": [seen(x) for x in c.all_reduce(mine(r))],
         "copy": [seen(x) for x in c.broadcast(mine(r), root=n - 1)],
         "rows": [seen(x) for x in c.gather(onp.full((r * 2, 3), r + 0.5))],
         "packed": [seen(onp.asarray(x))
                    for x in c._sum_on_devices([jnp.asarray(x) for x in mine(r)])],
         "again": [seen(x) for x in c.all_reduce(mine(r))]}
def made(call, *args):
    before = mxnet.engine.stats()
    found["last"] = [seen(x) for x in call(*args) or ()]
    after = mxnet.engine.stats()
    return [after[k] - before[k] for k in ("collectives", "compiled")]
a = [onp.array([r, onp.inf, onp.nan, 3e38], "float32"), onp.arange(5) * 10 ** (15 + r)]
b = [onp.full(300_000, r + 1.0, "float32"), onp.full(2, r / 3)]
found["alike"] = [made(c.all_reduce, a) for _ in range(6)]
found["extreme"] = found["last"]
found["in turn"] = [made(c.all_reduce, x) for x in (a, b) * 4]
found["large"] = found["last"]
found["unexpected"] = made(c.barrier)
c.barrier()
if os.path.exists("/proc/self/syscall"):
    policies = [os.sched_getscheduler(int(t)) for t in os.listdir("/proc/self/task")]
    found["loop"] = [policies.count(os.SCHED_BATCH), len(os.sched_getaffinity(0))]
libc = ctypes.CDLL(None)
if hasattr(libc, "malloc_info"):
    libc.fopen.restype = ctypes.c_void_p
    file = ctypes.c_void_p(libc.fopen(f"heaps{r}".encode(), b"w"))
    libc.malloc_info(0, file)
    libc.fclose(file)
    found["heaps"] = open(f"heaps{r}").read().count("<heap nr")
json.dump(found, open(f"found{r}.json", "w"))
"""


def mine(r):
    g = onp.random.RandomState(r)
    return [
        g.randn(3, 5).astype("float32"),
        g.randn(70_000),
        g.randn(7).astype("float16"),
        g.randint(-9, 9, 5).astype("int8"),
        onp.array(-0.0, "float32"),
        g.randn(1_500_000).astype("float32"),
        onp.zeros((0, 3), "float32"),
    ]


def read(entry):
    return onp.frombuffer(bytes.fromhex(entry["hex"]), entry["dtype"]).reshape(entry["shape"])


def test_calls(tmp_path):
    n = 3
    for ended in run_group(CALLS, tmp_path, n):
        assert (ended.code, ended.err) == (0, "")
    found = [json.loads((tmp_path / f"found{r}.json").read_text()) for r in range(n)]
    for r, f in enumerate(found):
        assert f["place"] == [r, n]
        assert all(
            f[k] == found[0][k] for k in ("sum", "copy", "rows", "packed", "again")
        )  # bit-equal
    first = found[0]
    assert first["again"] == first["sum"]
    both = first["sum"] + first["packed"]  # the way that GPUs take, with Gloo
    for entry, *parts in zip(both, *[mine(r) * 2 for r in range(n)]):
        expected = onp.sum([p.astype("float64") for p in parts], 0)
        x = read(entry)
        assert x.dtype == parts[0].dtype
        assert x.shape == parts[0].shape
        tol = {"float16": 4e-3, "float32": 1e-6}.get(str(x.dtype), 1e-14)
        onp.testing.assert_allclose(x, expected, rtol=tol, atol=tol)
    for entry, x in zip(first["copy"], mine(n - 1)):
        assert bytes.fromhex(entry["hex"]) == x.tobytes()
        assert entry["dtype"] == str(x.dtype)
    assert [read(e).tolist() for e in first["rows"]] == [
        onp.full((r * 2, 3), r + 0.5).tolist() for r in range(n)
    ]
    # One heap for all threads: others are too small for large sums, which the system then gives
    # page by page, 9,000 of them in a step of ResNet-18.
    assert {f.get("heaps", 1) for f in found} == {1}
    for f in found:  # Gloo's loop takes no core from who sends, where there is one
        batch, cores = f.get("loop", (0, 2))
        assert batch == (cores == 1)
    # What is expected is compared in the first bucket, of two here: one for each type, or a large
    # array and the rest. What is not takes a collective to compare, after a bucket in vain if
    # another call was expected.
    for f in found:
        assert [k for k, _ in f["alike"]] == [3, 3, 3, 2, 2, 2]
        assert [k for k, _ in f["in turn"]] == [2, 4, 3, 3, 2, 2, 2, 2]
        assert f["unexpected"][0] == 2
        assert [k for _, k in f["alike"][1:] + f["in turn"][2:]] == [0] * 11  # compiled
    floats, integers = map(read, first["extreme"])
    assert floats.tolist()[:2] == [3, onp.inf]
    assert onp.isnan(floats[2])
    assert floats[3] == onp.inf
    assert integers.tolist() == [k * 111 * 10**15 for k in range(5)]
    large, small = map(read, first["large"])
    assert (large == 6).all()
    assert small.tolist() == [1 / 3 + 2 / 3] * 2
    assert all(f[k] == first[k] for f in found for k in ("extreme", "large"))


KEPT = """
import os, time
import jax, mxnet as mx
from mxnet._engine import cache
counts = {"hits": 0, "misses": 0}
def count(event, **more):
    name = event.removeprefix("/jax/compilation_cache/cache_")
    if name in counts:
        counts[name] += 1
jax.monitoring.register_event_listener(count)
jax.devices()  # which all ranks tell each other
while os.environ["MXNET_DIST_RANK"] != "0" and not os.path.exists("tested"):
    time.sleep(0.05)  # the folder is tried out by one process, which others await for a second
(mx.nd.ones(3) * 7).asnumpy()
open("tested", "w").close()
kv = mx.kv.create("dist_sync")
kv.init("a", mx.nd.ones(3))
kv.push("a", mx.nd.arange(3) ** 2 + kv.rank)
out = mx.nd.zeros(3)
kv.pull("a", out)
assert out.asnumpy().tolist() == [1, 3, 9] and jax.process_index() == kv.rank
print(counts["hits"], counts["misses"])
"""


def test_every_rank_finds_its_programs_on_disk(tmp_path):
    """JAX would have rank 0 alone keep them, and the others compile theirs at every start."""
    more = {"MXNET_HOME": str(tmp_path / "home")}
    run_group(KEPT, tmp_path, **more)
    for ended in run_group(KEPT, tmp_path, **more):
        assert ended.code == 0, ended.err
        hits, misses = map(int, ended.out.split()[-2:])
        assert hits >= 2
        assert misses == 0


def test_sums_on_gpus_are_lowered():
    """One collective for each bucket of 4 MiB and type, on the GPUs; nothing was run on any."""
    code = """
import jax, numpy as onp
from jax.sharding import Mesh
jax.config.update("jax_num_cpu_devices", 2)
import mxnet
from mxnet._engine import collective as c
mesh = Mesh(onp.array(jax.devices()[:2]), ("process",))
layout = (((3, 4), onp.dtype("float32")), ((), onp.dtype("float16")),
          ((1 << 20,), onp.dtype("float32")), ((5,), onp.dtype("int32")))
shapes = [((s[0] * 2, *s[1:]) if s else (2,), d) for s, d in layout]
args = [jax.ShapeDtypeStruct(s, d) for s, d in shapes]
text = c._packed_program(mesh, layout).trace(args).lower(lowering_platforms=("cuda",)).as_text()
print(text.count("stablehlo.all_reduce"))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=100
    )
    assert (done.returncode, done.stdout) == (0, "3\n"), done.stderr
