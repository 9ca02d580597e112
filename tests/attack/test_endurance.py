"""Kills at any moment, disks that are full or read-only, processes that race, loaders that are
abandoned, threads, and shapes that never come again: what is left is counted.

Short here; ``make attack`` does it for longer (MXNET_ATTACK_ROUNDS is set).
"""

import gc
import os
import subprocess
import textwrap
from pathlib import Path

import numpy as onp
import pytest

from mxnet import nd
from mxnet._ops import index
from support import prepared

LONG = "MXNET_ATTACK_ROUNDS" in os.environ
SUPPORT = str(Path(__file__).parents[1])


def many(short, long):
    """How often: in the suite, and in ``make attack``."""
    return long if LONG else short


def run(script, *args, seconds=prepared.HANG, **environment):
    """Run a script; its output. It is ended with all that it started."""
    try:
        done = prepared.run(
            ["-c", textwrap.dedent(script), *args],
            env=os.environ | {"PYTHONPATH": SUPPORT} | environment,
            timeout=seconds,
            together=True,
        )
    except subprocess.TimeoutExpired as e:
        pytest.fail(f"still running after {seconds} s: {e.stdout[-3000:]}")
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


# -------------------------------------------------------------------------- kills and freezes
# A process that has imported everything and computed nothing forks a writer and a reader each time.
KILLS = """
import os, random, signal, sys, time
import numpy as onp
import mxnet as mx
from mxnet import autograd, gluon, nd
from mxnet.convert import convert
from mxnet.gluon.contrib.estimator import Estimator
from mxnet.ndarray import _serialize

folder, rounds, careless = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "careless"
prefix = folder + "/set"
SIZE = 60_000

if careless:  # as a writer without care would
    def slow(path, pieces):
        with open(path, "wb") as f:
            for piece in pieces:
                f.write(piece)
                f.flush()
                time.sleep(0.002)

    _serialize.atomic_write = slow


def network(k):
    net = gluon.nn.HybridSequential(prefix="n_")
    net.add(gluon.nn.Dense(3, in_units=40, prefix="d_"))
    net.initialize(mx.init.Constant(float(k)))
    return net


def write(seed):
    rng = random.Random(seed)
    nets = {}
    k = 0
    while True:
        k += 1
        value = k % 50
        what = rng.choice(["save", "parameters", "symbol", "states", "npz", "set", "run", "block"])
        if what == "save":
            nd.save(f"{folder}/a.params", {n: nd.full((SIZE,), value) for n in "xyz"})
        elif what == "npz":
            convert(f"{folder}/c.params", "npz", f"{folder}/c.npz")
        elif what == "parameters":
            network(value).save_parameters(f"{folder}/p.params")
        elif what == "symbol":
            s = mx.sym.Variable("x")
            for _ in range(300):
                s = s * value
            s.save(f"{folder}/s-symbol.json")
        elif what == "set":
            s = mx.sym.FullyConnected(mx.sym.Variable("data"), num_hidden=1 + value, name="fc")
            arrays = {"fc_weight": nd.full((1 + value, 40), value)}
            mx.model.save_checkpoint(prefix, 1, s, arrays, {})
        elif what == "block":
            network(value).save(f"{folder}/b")
        else:
            net = network(value)
            trainer = gluon.Trainer(net.collect_params(), "adam", kvstore=None)
            with autograd.record():
                loss = net(nd.ones((1, 40))).sum()
            loss.backward()
            trainer.step(1)
            if what == "states":
                trainer.save_states(f"{folder}/t.states")
            else:
                est = Estimator(net, gluon.loss.L2Loss(), trainer=trainer)
                est.save_state(f"{folder}/r.run")


def one(x):
    values = {float(v) for v in (x.min().asscalar(), x.max().asscalar())}
    assert len(values) == 1, values
    return values.pop()


def read():
    there = set(os.listdir(folder))
    if "a.params" in there:
        found = nd.load(f"{folder}/a.params")
        assert len({one(x) for x in found.values()}) == 1 and len(found) == 3
    if "p.params" in there:
        net = network(0)
        net.load_parameters(f"{folder}/p.params")
        one(net[0].weight.data())
    if "s-symbol.json" in there:
        s = mx.sym.load(f"{folder}/s-symbol.json")
        assert len(s.get_internals()) == 301
    if "c.npz" in there:
        with onp.load(f"{folder}/c.npz") as found:
            assert (found["x"] == 5).all()
    net = network(1)
    trainer = gluon.Trainer(net.collect_params(), "adam", kvstore=None)
    if "t.states" in there:
        trainer.load_states(f"{folder}/t.states")
    if "r.run" in there:
        Estimator(net, gluon.loss.L2Loss(), trainer=trainer).load_state(f"{folder}/r.run")
    refused = 0
    if "set-0001.params" in there:
        try:
            symbol, args, _ = mx.model.load_checkpoint(prefix, 1)
            value = one(args["fc_weight"])
            assert symbol.attr_dict()["fc"]["num_hidden"] == str(int(1 + value)), value
        except mx.MXNetError as e:
            assert "do not belong together" in str(e), e
            refused = 1
    if "b-model.params" in there:
        try:
            net.load(f"{folder}/b")
        except mx.MXNetError as e:
            assert "do not belong together" in str(e), e
            refused = 1
    return refused


def in_fork(function, *args):
    pid = os.fork()
    if pid == 0:
        try:
            signal.alarm(100)
            code = 10 + (function(*args) or 0)
        except BaseException:
            import traceback
            traceback.print_exc()
            sys.stderr.flush()
            code = 1
        os._exit(code)
    return pid


if __name__ == "__main__":
    import warnings
    warnings.simplefilter("ignore")
    pid = in_fork(lambda: nd.save(f"{folder}/c.params", {"x": nd.full((300_000,), 5)}))
    assert os.WEXITSTATUS(os.waitpid(pid, 0)[1]) == 10
    rng = random.Random(int(sys.argv[4]))
    refused = frozen = 0
    for k in range(rounds):
        pid = in_fork(write, rng.random())
        time.sleep(rng.uniform(0.05, 0.4))
        if rng.random() < 0.3:  # stopped in the middle: read beside it
            os.kill(pid, signal.SIGSTOP)
            frozen += 1
            reader = in_fork(read)
            code = os.WEXITSTATUS(os.waitpid(reader, 0)[1])
            if code not in (10, 11):
                os.kill(pid, signal.SIGKILL)  # it would hold our output open for ever
            assert code in (10, 11), f"round {k}, beside a frozen writer"
            os.kill(pid, signal.SIGCONT)
            time.sleep(rng.uniform(0, 0.05))
        os.kill(pid, signal.SIGKILL)
        status = os.waitpid(pid, 0)[1]
        assert os.WIFSIGNALED(status), f"round {k}: the writer ended by itself"
        code = os.WEXITSTATUS(os.waitpid(in_fork(read), 0)[1])
        assert code in (10, 11), f"round {k}"
        refused += code == 11
    print(f"{rounds} kills, {frozen} freezes, {refused} sets refused")
"""


def test_writers_killed_and_frozen_at_any_moment(tmp_path, seed):
    rounds = many(6, 500)
    out = run(KILLS, tmp_path, rounds, "careful", seed, seconds=prepared.HANG + 10 * rounds)
    print(out)  # noqa: T201 - the figures
    assert f"{rounds} kills" in out


def test_the_kills_find_a_careless_writer(tmp_path, seed):
    with pytest.raises(AssertionError, match="round"):
        run(KILLS, tmp_path, 10**6, "careless", seed)  # the first ends it


# ------------------------------------------------------------------------------------- disks
FULL = """
import os, resource, subprocess, sys, time
import numpy as onp
import mxnet as mx
from mxnet import gluon, nd

folder, way = sys.argv[1], sys.argv[2]
net = gluon.nn.Dense(1000, in_units=300)  # 1.2 MB
net.initialize(mx.init.Constant(1))
trainer = gluon.Trainer(net.collect_params(), "adam")
big = {"x": nd.full((300_000,), 2)}
small = {"x": nd.full((100,), 1)}
nd.save(f"{folder}/a.params", small)
mx.model.save_checkpoint(f"{folder}/set", 1, mx.sym.Variable("x") * 1, small, {})
if way == "limit":
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 19, 1 << 19))
before = sorted(os.listdir(folder))
WRITERS = {
    "save": lambda: nd.save(f"{folder}/a.params", big),
    "parameters": lambda: net.save_parameters(f"{folder}/a.params"),
    "set": lambda: mx.model.save_checkpoint(f"{folder}/set", 1, mx.sym.Variable("x") * 1, big, {}),
}
for name, write in WRITERS.items():
    for _ in range(3):
        try:
            write()
        except (mx.MXNetError, OSError) as e:
            assert "too large" in str(e) or "space" in str(e), e
        else:
            raise AssertionError(f"{name}: there was room")
        assert float(nd.load(f"{folder}/a.params")["x"].mean().asscalar()) == 1, name
        assert not [n for n in os.listdir(folder) if n.endswith(".tmp")], name
try:  # the network of the set was replaced already, and by the same one
    mx.model.load_checkpoint(f"{folder}/set", 1)
except mx.MXNetError as e:
    assert "do not belong together" in str(e)
# caches have no room either: computing goes on
assert (nd.ones((3, 5)) * 2 + 1).asnumpy().sum() == 45
print("ok")
"""


@pytest.mark.parametrize("way", ["tmpfs", "limit"])
def test_full_disks(tmp_path, way):
    if way == "tmpfs":
        asked = ["mount", "-t", "tmpfs", "-o", "size=700k", "none", str(tmp_path)]
        try:
            subprocess.run(asked, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            pytest.skip("no small file system can be mounted here")
    try:
        cache = {"MXNET_XLA_CACHE_DIR": f"{tmp_path}/cache", "MXNET_XLA_EVALUATE": "0"}
        assert "ok" in run(FULL, tmp_path, way, **(cache if way == "tmpfs" else {}))
    finally:
        if way == "tmpfs":
            subprocess.run(["umount", "-l", str(tmp_path)], check=True)


COMPUTES = """
import mxnet as mx
from mxnet import gluon, nd
net = gluon.nn.HybridSequential()
net.add(gluon.nn.Conv2D(4, 3), gluon.nn.BatchNorm(), gluon.nn.Dense(3))
net.initialize(mx.init.One())
net.hybridize()
x = nd.ones((2, 3, 8, 8))
print(net(x).asnumpy().sum(), nd.softmax(nd.ones((300, 100))).asnumpy().sum().round())
"""


@pytest.mark.parametrize("home", ["/proc/none", "file"])
def test_homes_that_cannot_be_written(tmp_path, home):
    """Caches and kernels do without; the results are those of any other home."""
    (tmp_path / "file").write_text("")
    path = home if home.startswith("/") else str(tmp_path / home)
    cannot = {"MXNET_HOME": path, "MXNET_XLA_CACHE_DIR": f"{path}/cache", "MXNET_XLA_EVALUATE": "0"}
    found = run(COMPUTES, **cannot).split()[-2:]
    wanted = run(COMPUTES, MXNET_XLA_CACHE_DIR="off").split()[-2:]
    onp.testing.assert_allclose([float(v) for v in found], [float(v) for v in wanted], rtol=1e-5)


def test_processes_that_race_for_the_caches(tmp_path):
    """Four that begin at once with empty caches, and then one that is given what they left."""
    env = os.environ | {"MXNET_XLA_CACHE_DIR": str(tmp_path / "cache"), "MXNET_XLA_EVALUATE": "0"}
    said = [open(tmp_path / str(n), "w+") for n in range(many(3, 8))]  # noqa: SIM115
    begun = [prepared.Prepared(["-c", COMPUTES], file, file, env=env) for file in said]
    codes, outputs = [child.wait(prepared.HANG) for child in begun], []
    for file in said:
        with file:
            file.seek(0)
            outputs.append(file.read())
    assert codes == [0] * len(begun), outputs
    outputs.append(run(COMPUTES, **{k: v for k, v in env.items() if k.startswith("MXNET")}))
    assert len({out.strip().splitlines()[-1] for out in outputs}) == 1, outputs


# -------------------------------------------------------------------------------- what is left
COUNTS = """
import gc, os, sys, threading, time
import numpy as onp
import mxnet as mx
from mxnet import autograd, gluon, nd


def below(pid):  # processes that it has started, and theirs
    found = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as f:
                for child in f.read().split():
                    found += [child, *below(child)]
    except FileNotFoundError:  # it ends just now
        pass
    return found


def left():
    gc.collect()
    nd.waitall()
    children = below(os.getpid())
    mine = [n for n in os.listdir("/dev/shm") if str(os.getpid()) in n]
    pages = int(open("/proc/self/statm").read().split()[1])
    return {
        "processes": len(children),
        "threads": threading.active_count(),
        "descriptors": len(os.listdir("/proc/self/fd")),
        "shared": len(mine),
        "megabytes": pages * os.sysconf("SC_PAGESIZE") >> 20,
    }


def flat(before, after, more):
    for name, limit in more.items():
        assert after[name] <= before[name] + limit, (name, before, after)
    print(before, after)
"""

LOADERS = (
    COUNTS
    + """
rounds, leak = int(sys.argv[1]), sys.argv[2] == "leak"


class Rows(gluon.data.Dataset):
    def __len__(self):
        return 100

    def __getitem__(self, i):
        return onp.full((4,), i, "float32"), i


arrays = gluon.data.ArrayDataset(onp.zeros((100, 4), "float32"), onp.arange(100))  # no workers
kept, processes = [], 0


def one(k):
    how = [{}, {"num_workers": 2}, {"num_workers": 2, "thread_pool": True}]
    data = arrays if k % 7 == 3 else Rows()
    loader = gluon.data.DataLoader(data, 10, shuffle=True, **how[k % 7 if k % 7 < 3 else 0])
    it = iter(loader)
    for _ in range(k % 4):
        next(it)
    global processes
    if k % 7 == 1:
        processes = max(processes, len(below(os.getpid())))
    if leak:
        kept.append(open("/dev/null"))


for k in range(42):
    one(k)
before = left()
for k in range(rounds):
    one(k)
most = {"processes": 2, "threads": 4, "descriptors": 12, "shared": 4, "megabytes": 80}
end = time.monotonic() + 100
while time.monotonic() < end:  # they are ending
    now = left()
    if all(now[n] <= before[n] + most[n] for n in ("processes", "threads")):
        break
    time.sleep(0.1)
flat(before, left(), most)
assert processes > 2, processes  # workers were there
print("at most", processes, "processes")
"""
)


def test_loaders_that_are_abandoned():
    rounds = many(140, 10_000)
    out = run(LOADERS, rounds, "none", seconds=prepared.HANG + rounds)
    print(out)  # noqa: T201
    assert "Traceback" not in out  # of workers whose loader is gone


def test_counting_finds_a_leak():
    with pytest.raises(AssertionError, match="descriptors"):
        run(LOADERS, 60, "leak")


THREADS = (
    COUNTS
    + """
seconds, n = float(sys.argv[1]), int(sys.argv[2])
errors, done = [], [0] * n
shared = nd.arange(300).reshape((3, 100))


def work(i):
    rng = onp.random.default_rng(i)
    net = gluon.nn.Dense(3, in_units=5, prefix=f"t{i}_")
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
    try:
        while not done[i] or time.monotonic() < end:
            a = rng.standard_normal((int(rng.integers(1, 6)), 5)).astype("float32")
            w = net.weight.data().asnumpy()
            with autograd.record():
                loss = (net(nd.array(a)) * 2).sum()
            loss.backward()
            onp.testing.assert_allclose(
                net.weight.grad().asnumpy(), onp.tile(2 * a.sum(0), (3, 1)), rtol=1e-4, atol=1e-4
            )
            trainer.step(len(a))
            onp.testing.assert_allclose(
                net.weight.data().asnumpy(), w - 0.1 * 2 * a.sum(0) / len(a), rtol=1e-4, atol=1e-4
            )
            first = i % 3 * 100
            assert float(shared[i % 3].sum().asscalar()) == sum(range(first, first + 100))
            done[i] += 1
    except BaseException as e:
        errors.append(f"thread {i}, step {done[i]}: {type(e).__name__}: {e}")


def all_of(seconds):
    global end
    end = time.monotonic() + seconds
    threads = [threading.Thread(target=work, args=(i,)) for i in range(n)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(seconds + 200)
    assert not any(t.is_alive() for t in threads), "a thread hangs"
    assert not errors, errors


all_of(min(seconds, 5))
before = left()
all_of(seconds)
flat(before, left(), {"threads": 2, "descriptors": 4, "megabytes": 150})
assert all(done), done
print(sum(done), "steps")
"""
)


def test_threads():
    print(run(THREADS, many(3, 180), 16, seconds=900))  # noqa: T201


SHAPES = (
    COUNTS
    + """
steps, leak = int(sys.argv[1]), sys.argv[2] == "leak"
rng = onp.random.default_rng(0)
net = gluon.nn.HybridSequential()
net.add(gluon.nn.Dense(4, in_units=6, activation="relu"), gluon.nn.Dense(2))
net.initialize()
net.hybridize()
trainer = gluon.Trainer(net.collect_params(), "adam")
kept = []


def step():
    rows = int(rng.integers(1, 400))
    some = int(rng.integers(1, rows + 1))  # 80,000 pairs: most come once
    x = nd.array(rng.standard_normal((rows, 6)))
    y = (x[:some] * 2).reshape((-1, 3))
    with autograd.record():
        loss = net(x).sum() + y.mean()
    loss.backward()
    trainer.step(rows)
    assert onp.isfinite(loss.asscalar())
    if leak:
        kept.append(onp.ones(1 << 17))


for _ in range(max(60, steps // 4)):
    step()
before, programs = left(), mx.engine.stats()
for _ in range(steps):
    step()
after = mx.engine.stats()
flat(before, left(), {"threads": 2, "descriptors": 4, "megabytes": 120})
print(steps, "steps,", {k: after[k] - programs[k] for k in ("compiled", "evaluated", "hits")})
"""
)


def test_shapes_that_change():
    steps = many(60, 20_000)
    recorded = {"MXNET_XLA_MAX_STEPS": "20000"}  # so few are kept: they are dropped on the way
    print(run(SHAPES, steps, "none", seconds=prepared.HANG + steps, **recorded))  # noqa: T201


def test_parts_of_sizes_that_never_come_again():
    """Reading and writing a part is an operator of its own for each size, with what it keeps."""
    for make, kind in ((index.index_op, index.Index), (index.assign_op, index.Assign)):
        for n in range(1, 10_000):
            make(((n, 1),))
        gc.collect()
        assert sum(isinstance(x, kind) for x in gc.get_objects()) < 6000
    x = nd.arange(6)
    for n in range(1, 6):
        x[:n] = x[:n] + 1
    assert x.asnumpy().tolist() == [5, 5, 5, 5, 5, 5]


@pytest.mark.skipif(not LONG, reason="a part of `make attack`")
def test_counting_finds_memory_that_is_kept():
    with pytest.raises(AssertionError, match="megabytes"):
        run(SHAPES, 200, "leak")
