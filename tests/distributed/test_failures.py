"""What a group of processes does when one of them fails: named, saved, started again."""

import os
import re
import signal
import time

import pytest

import mxnet as mx
from support.groups import clean_environment, finish, free_port, run_group, start
from support.prepared import HANG
from support.waiting import alive, wait_until

# Less than the 600 s that a process waits for others, which is what must not have been waited for
PROMPT = 100

# Trains; rank ``bad`` fails in step 10 of the first attempt. The others save and leave.
SCRIPT = """
import os, signal, sys, time
import numpy as onp
import mxnet as mx
from mxnet import _config, autograd, gluon, nd

how, bad, at, steps = sys.argv[1], int(sys.argv[2]), 10, 14
kv = mx.kv.create("dist_sync")
r, n = kv.rank, kv.num_workers
net = gluon.nn.Dense(4, in_units=8)
net.initialize(mx.init.Xavier())
trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.05}, kvstore=kv)
X = onp.random.RandomState(0).randn(steps, 8 * n, 8).astype("float32")
begin = 0
mx.random.seed(7)
net.initialize(mx.init.Xavier(), force_reinit=True)
if os.path.exists("last.step"):
    begin = int(open("last.step").read())
    net.load_parameters("last.params")
    trainer.load_states("last.states")
    print("goes on at", begin)
first = os.environ.get("MXNET_DIST_RESTART", "0") == "0"
open(f"pid{r}", "w").write(str(os.getpid()))
try:
    for s in range(begin, steps):
        if how == "stop" and r != bad and s == at and len(sys.argv) > 3:
            while not os.path.exists("failed"):
                time.sleep(0.02)
            _config.set_option("dist_timeout", float(sys.argv[3]))
        if r == bad and s == at and first:
            open("failed", "w").write(str(time.time()))
            if how == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            if how == "stop":
                os.kill(os.getpid(), signal.SIGSTOP)
            if how == "raise":
                raise ValueError("mine")
            if how == "end":
                sys.exit(0)
        with autograd.record():
            loss = (net(nd.array(X[s, r * 8:(r + 1) * 8])) ** 2).sum()
        loss.backward()
        trainer.step(8 * n)
except mx.error.PeerLostError as e:
    print("LOST", time.time() - float(open("failed").read()), e, flush=True)
    if r == min(k for k in range(n) if k != bad):
        net.save_parameters("last.params")
        trainer.save_states("last.states")
        open("last.step", "w").write(str(s))
    raise
nd.save(f"end{r}.params", [p.data() for p in net.collect_params().values()])
"""


def launch(tmp_path, n, arguments, options=(), limit=HANG, script=SCRIPT, **more):
    """What the launcher said of a script, and how long it took."""
    (tmp_path / "script.py").write_text(script)
    begun = time.monotonic()
    options = ["-n", str(n), "--grace", "10", *options]
    process = start(
        ["-m", "mxnet.launch", *options, "script.py", *map(str, arguments)],
        tmp_path,
        clean_environment(**more),
    )
    (ended,) = finish([process], limit)
    return ended, time.monotonic() - begun


def nobody_is_left(tmp_path):
    pids = [int(path.read_text()) for path in tmp_path.glob("pid*")]
    wait_until(lambda: not any(map(alive, pids)), lambda: pids)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """What two processes have at the end if nothing happens."""
    path = tmp_path_factory.mktemp("undisturbed")
    ended, _ = launch(path, 2, ["none", 0])
    assert (ended.code, ended.out, ended.err) == (0, "", "")
    values = (path / "end0.params").read_bytes()
    assert values == (path / "end1.params").read_bytes()
    return values


@pytest.mark.parametrize(("n", "bad"), [(2, 0), (3, 1)])
def test_a_killed_process_is_named_and_all_start_again(tmp_path, undisturbed, n, bad):
    ended, _ = launch(tmp_path, n, ["kill", bad], ["--restarts", "1"])
    assert ended.code == 0, ended.err
    lost = re.findall(r"\[(\d)\] LOST ([\d.]+) .*rank (\d) was lost", ended.out)
    assert sorted((int(r), int(named)) for r, _, named in lost) == [
        (r, bad) for r in range(n) if r != bad
    ]
    assert max(float(seconds) for _, seconds, _ in lost) < PROMPT
    assert f"rank {bad} was killed by SIGKILL first; all {n} start again (1 of 1)." in ended.err
    assert ended.out.count("goes on at 10") == n
    values = {(tmp_path / f"end{r}.params").read_bytes() for r in range(n)}
    assert len(values) == 1
    if n == 2:
        assert values == {undisturbed}  # as if nothing had happened
    nobody_is_left(tmp_path)


def test_without_a_launcher_that_hosts_the_service(tmp_path):
    """Rank 0 has a process of its own host it, which outlives rank 0."""
    zero, one = run_group(SCRIPT, tmp_path, argv=["kill", "0"])
    assert zero.code == -signal.SIGKILL
    assert one.code == 75, one.err
    seconds = re.search(r"LOST ([\d.]+) .*rank 1 of 2.*rank 0 was lost", one.out).group(1)
    assert float(seconds) < PROMPT
    assert (tmp_path / "last.step").read_text() == "10"
    assert list(mx.nd.load(str(tmp_path / "last.params")))
    nobody_is_left(tmp_path)


def test_an_error_of_the_script(tmp_path):
    ended, _ = launch(tmp_path, 2, ["raise", 1])
    assert ended.code == 1
    assert re.search(r"\[0\] LOST .*rank 1 has failed: ValueError: mine", ended.out)
    assert "rank 1 ended with code 1 first." in ended.err
    assert "rank 0 ended with code 75." in ended.err


def test_who_has_lost_another_was_not_the_first(tmp_path):
    """Also if the other one takes longer to end."""
    script = """
import os, sys, time
if os.environ["MXNET_DIST_RANK"] == "0":
    open("lost", "w").close()
    sys.exit(75)
while not os.path.exists("lost"):
    time.sleep(0.02)
time.sleep(0.2)
sys.exit(3)
"""
    ended, _ = launch(tmp_path, 2, [], script=script)
    assert ended.code == 3
    assert "rank 1 ended with code 3 first." in ended.err


def test_an_early_end(tmp_path):
    ended, other = run_group(SCRIPT, tmp_path, argv=["end", "1"])
    assert (ended.code, other.code) == (1, 75)
    words = r"rank 0 of 2: call (\d+) .*rank 1 has ended after (\d+) calls"
    waits_in, made = re.search(words, ended.err).groups()
    assert int(waits_in) == int(made) + 1
    nobody_is_left(tmp_path)


def test_a_process_that_stands_still(tmp_path):
    ended, _ = launch(tmp_path, 2, ["stop", 1, 4])
    assert ended.code == 75
    seconds, words = re.search(r"\[0\] LOST ([\d.]+) (.*)", ended.out).groups()
    assert 4 <= float(seconds) < PROMPT
    assert re.search(r"MXNET_DIST_TIMEOUT=4\): rank 1 gives no sign for \d+ s", words)
    nobody_is_left(tmp_path)


def test_a_process_that_goes_on_in_time(tmp_path, undisturbed):
    (tmp_path / "script.py").write_text(SCRIPT)
    process = start(
        ["-m", "mxnet.launch", "-n", "2", "script.py", "stop", "1"], tmp_path, clean_environment()
    )
    wait_until((tmp_path / "failed").exists)
    time.sleep(4)
    os.kill(int((tmp_path / "pid1").read_text()), signal.SIGCONT)
    (ended,) = finish([process], HANG)
    assert (ended.code, ended.out, ended.err) == (0, "", "")
    assert (tmp_path / "end0.params").read_bytes() == undisturbed
    assert (tmp_path / "end1.params").read_bytes() == undisturbed


DIFFERENT = """
import sys
import mxnet as mx
from mxnet import nd
kv = mx.kv.create("dist_sync")
r = kv.rank
kv.init(["a", "b"], [nd.zeros(6), nd.zeros((2, 3))])
how = sys.argv[1]
a, b = nd.ones(6), nd.ones((2, 3))
if how == "shape":
    kv.init("c", nd.ones((3, 2) if r else (2, 3)))
if how == "order":
    kv.push(["b", "a"] if r else ["a", "b"], [b, a] if r else [a, b])
for k in "aaaabbbb":  # from here on all expect that b is pushed
    kv.push(k, a if k == "a" else b)
if how == "type":
    kv.init("c", nd.ones(6, dtype="int32" if r else "float32"))
if how == "key":
    kv.push("a" if r else "b", a if r else b)
if how == "call":
    if r:
        kv.push("b", b)
    kv._barrier()
"""


@pytest.mark.parametrize(
    ("how", "mine", "other"),
    [
        ("shape", r"c: shape \(2, 3\), float32", r"c: shape \(3, 2\), float32"),
        ("type", r"c: shape \(6,\), float32", r"c: shape \(6,\), int32"),
        ("order", r"all_reduce of a: shape \(6,\)", r"all_reduce of b: shape \(2, 3\)"),
        ("key", r"all_reduce of b: shape \(2, 3\)", r"all_reduce of a: shape \(6,\)"),
        ("call", "barrier", "all_reduce"),
    ],
)
def test_processes_that_differ(tmp_path, how, mine, other):
    zero, one = run_group(DIFFERENT, tmp_path, argv=[how])
    assert (zero.code, one.code) == (1, 1)
    a, b = f"rank 0 has .*{mine}", f"rank 1 has .*{other}"
    assert re.search(f"MXNetError: rank 0 of 2: .*{a}.*, {b}", zero.err)
    assert re.search(f"MXNetError: rank 1 of 2: .*{b}.*, {a}", one.err)


def test_signals_reach_the_script(tmp_path):
    script = """
import os, signal, sys, time
import mxnet as mx
kv = mx.kv.create("dist_sync")
seen = []
signal.signal(signal.SIGTERM, lambda *a: seen.append(a))
kv._barrier()
open(f"ready{kv.rank}", "w").close()
while not seen:
    time.sleep(0.05)
print("asked to end", sys.argv[1:])
"""
    (tmp_path / "script.py").write_text(script)
    process = start(
        ["-m", "mxnet.launch", "-n", "2", "script.py", "-x", "--y=1"], tmp_path, clean_environment()
    )
    wait_until(lambda: len(list(tmp_path.glob("ready*"))) == 2)
    process.send_signal(signal.SIGTERM)
    (ended,) = finish([process], HANG)
    assert (ended.code, ended.err) == (128 + signal.SIGTERM, "")
    assert sorted(ended.out.splitlines()) == [
        f"[{r}] asked to end ['-x', '--y=1']" for r in range(2)
    ]


def test_an_interrupt_while_waiting(tmp_path):
    """Ctrl-C ends a call that waits for others, without waiting for them to be given up."""
    script = """
import os, signal, threading, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # background jobs ignore it
import mxnet as mx
kv = mx.kv.create("dist_sync")
kv.init(0, mx.nd.ones(2))
if kv.rank == 1:
    while not os.path.exists("over"):
        time.sleep(0.05)
    os._exit(0)
begun = time.monotonic()
try:
    threading.Timer(1, os.kill, (os.getpid(), signal.SIGINT)).start()
    kv.push(0, mx.nd.ones(2))
except KeyboardInterrupt:
    print("interrupted after", time.monotonic() - begun, flush=True)
finally:
    open("over", "w").close()
"""
    zero, _ = run_group(script, tmp_path)
    assert zero.code == 1
    assert float(re.search(r"interrupted after ([\d.]+)", zero.out).group(1)) < PROMPT


def test_joining_too_late(tmp_path):
    script = """
import jax
jax.numpy.ones(3)
import mxnet
""".lstrip()
    (tmp_path / "script.py").write_text(script)
    place = {"RANK": "1", "SIZE": "2", "COORDINATOR": f"127.0.0.1:{free_port()}"}
    environment = clean_environment(**{f"MXNET_DIST_{k}": v for k, v in place.items()})
    (ended,) = finish([start(["script.py"], tmp_path, environment)])
    assert ended.code == 1
    assert re.search(
        r"MXNetError: \S*script.py:3: import mxnet: rank 1 of 2: JAX has made its first array "
        "already",
        ended.err,
    )


def test_two_jobs_of_one_address(tmp_path):
    script = """
import os, time
import mxnet as mx
kv = mx.kv.create("dist_sync")
out = mx.nd.zeros(2)
kv.init(0, out)
open(f"begun{kv.rank}", "w").close()
while not os.path.exists("others ended"):
    time.sleep(0.05)
kv.push(0, mx.nd.ones(2))
kv.pull(0, out=out)
print(out.asnumpy().tolist())
"""
    (tmp_path / "script.py").write_text(script)
    address = f"127.0.0.1:{free_port()}"

    def begin():
        return [
            start(
                ["script.py"],
                tmp_path,
                clean_environment(
                    MXNET_DIST_RANK=str(r), MXNET_DIST_SIZE="2", MXNET_DIST_COORDINATOR=address
                ),
            )
            for r in range(2)
        ]

    first = begin()
    while not all((tmp_path / f"begun{r}").exists() for r in range(2)):
        assert [p.poll() for p in first] == [None, None]
        time.sleep(0.05)
    zero, one = finish(begin())
    assert (zero.code, one.code) == (1, 1)
    assert "cannot listen on port" in zero.err
    assert f"another process is this rank of the group at {address}" in one.err
    (tmp_path / "others ended").touch()
    for ended in finish(first):
        assert (ended.code, ended.err) == (0, "")
        assert "[2.0, 2.0]" in ended.out
