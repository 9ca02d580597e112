"""Workers that are processes: what they give, how they fail, and that nothing of them stays."""

import gc
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
import types
import warnings

import numpy as onp
import pytest

import mxnet as mx
from mxnet import nd
from mxnet.error import MXNetError
from mxnet.gluon.data import ArrayDataset, DataLoader, Dataset, SimpleDataset
from mxnet.gluon.data._transport import pack, unpack
from mxnet.gluon.data.dataloader import LoaderTimeout, WorkerDied, WorkerError
from support.prepared import HANG
from support.waiting import alive, wait_until

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes need a Unix system")

# Less than a loader's timeout of 120 s, which is what must not have been waited for
PROMPT = 100


def wait_until_gone(pids):
    wait_until(lambda: not any(map(alive, pids)), lambda: [p for p in pids if alive(p)])


def plain(batch):
    if isinstance(batch, (list, tuple)):
        return [plain(b) for b in batch]
    if isinstance(batch, dict):
        return {k: plain(b) for k, b in batch.items()}
    return batch.asnumpy().tolist() if isinstance(batch, nd.NDArray) else batch


def numbers(n, fn):
    return SimpleDataset(list(range(n))).transform(fn)


# ------------------------------------------------------------------------------ what they give
def test_same_numbers_for_any_number_of_workers():
    """Samples, order and chance - of this package, NumPy and Python - under one seed."""

    def changed(x):
        return (
            x,
            nd.random.uniform().asscalar(),
            onp.random.rand(),
            random.random(),
        )

    found, state = [], []
    for workers in (0, 1, 8):
        mx.random.seed(3)
        onp.random.seed(3)
        random.seed(3)
        loader = DataLoader(numbers(10, changed), 3, shuffle=True, num_workers=workers)
        found.append([plain(list(loader)), plain(list(loader))])
        state.append((onp.random.rand(), random.random()))
    assert found[0] == found[1] == found[2]
    assert state[0] == state[1] == state[2]
    first, second = found[0]
    assert sorted(x for batch in first for x in batch[0]) == list(range(10))
    for member in range(4):
        assert [b[member] for b in first] != [b[member] for b in second]
    assert len({x for batch in first for x in batch[2]}) == 10


def test_structures_types_and_sizes():
    large = onp.arange(5000, dtype="float64").reshape(50, 100)

    class Mixed(Dataset):
        def __len__(self):
            return 3

        def __getitem__(self, i):
            return {"large": large + i, "pid": os.getpid(), "some": (nd.ones((2,)) * i, "text")}

    loader = DataLoader(Mixed(), 2, num_workers=2, batchify_fn=lambda samples: samples)
    first, second = loader
    assert [s["some"][1] for s in first + second] == ["text"] * 3
    assert os.getpid() not in {s["pid"] for s in first}
    for i, sample in enumerate(first + second):
        onp.testing.assert_array_equal(sample["large"], large + i)
        assert sample["some"][0].asnumpy().tolist() == [i, i]
        sample["large"][0, 0] = -1  # it is ours
    stacked = DataLoader(
        numbers(4, lambda i: (large.astype("uint8"), i, float(i))), 2, num_workers=1
    )
    x, i, f = next(iter(stacked))
    assert (x.shape, x.dtype, i.dtype, f.dtype) == ((2, 50, 100), onp.uint8, onp.int64, onp.float64)
    assert x.context == mx.cpu(0)
    onp.testing.assert_array_equal(x.asnumpy()[1], large.astype("uint8"))


def test_arrays_of_a_data_set_are_shared_and_private():
    """Each worker reads the same memory; what it writes nobody else sees."""
    rows = onp.zeros((6, 4096), "float32")

    def count(row, i):
        row += 1
        return row[:1].copy(), i

    data = ArrayDataset(rows, list(range(6))).transform(count)
    loader = DataLoader(data, 6, num_workers=1)
    ((x, _),) = loader
    assert x.asnumpy().tolist() == [[1]] * 6
    assert not rows.any()


def test_all_batches_of_an_epoch_may_be_kept():
    """They do not hold a file each."""
    before = len(os.listdir("/proc/self/fd"))
    loader = DataLoader(numbers(300, lambda x: onp.full(2000, x, "float32")), 1, num_workers=1)
    kept = list(loader)
    assert len(os.listdir("/proc/self/fd")) < before + 100
    assert [int(b[0, 7].asscalar()) for b in kept[::50]] == list(range(0, 300, 50))


def test_processes_outlive_an_epoch():
    loader = DataLoader(numbers(6, lambda x: (x, os.getpid())), 2, num_workers=2)
    first = {p for batch in loader for p in plain(batch)[1]}
    begun = time.perf_counter()
    second = {p for batch in loader for p in plain(batch)[1]}
    assert second & first
    assert os.getpid() not in first | second
    assert time.perf_counter() - begun < PROMPT
    del loader
    gc.collect()
    wait_until_gone(first | second)


def test_the_next_batch_is_on_its_way_to_the_device():
    def fn(x):
        if x == 7:
            raise ValueError("seven")
        return onp.full(3, x, "float32")

    loader = DataLoader(numbers(8, fn), 2, num_workers=1, prefetch=4, ctx=mx.cpu(1))
    batches = iter(loader)
    assert next(batches).context == mx.cpu(1)
    wait_until(lambda: batches._pool.answered(batches._token, 2))
    assert next(batches).asnumpy()[:, 0].tolist() == [2, 3]
    assert batches._staged[2].get().context == mx.cpu(1)
    assert next(batches).asnumpy()[:, 0].tolist() == [4, 5]
    with pytest.raises(ValueError, match="seven"):  # when its turn comes
        next(batches)


def test_iterators_side_by_side_and_left_early():
    loader = DataLoader(numbers(8, lambda x: x * x), 2, num_workers=2)
    pairs = [(plain(a), plain(b)) for a, b in zip(loader, loader)]
    assert [a for a, _ in pairs] == [b for _, b in pairs] == [[0, 1], [4, 9], [16, 25], [36, 49]]
    for batch in loader:
        assert plain(batch) == [0, 1]
        break
    assert [plain(b) for b in loader] == [a for a, _ in pairs]


# ------------------------------------------------------------------------------ how they fail
def test_code_keeps_its_file_and_lines():
    """However it is defined, and whatever name cloudpickle would give it."""

    class Local:
        def method(self):
            return [lambda: v for v in range(2)]

    def outer(x):
        def inner():
            return (v for v in x)

        return inner

    def all_code(code):
        yield code
        for const in code.co_consts:
            if isinstance(const, types.CodeType):
                yield from all_code(const)

    for fn in (outer, lambda: 1, Local.method):
        sent = list(all_code(fn.__code__))
        came = list(all_code(unpack(pack(fn)[0], b"", []).__code__))
        assert [c.co_filename for c in came] == [__file__] * len(sent)
        assert [list(c.co_positions()) for c in came] == [list(c.co_positions()) for c in sent]
        assert [c.co_qualname for c in came] == [c.co_qualname for c in sent]
    # what a notebook's cell or a string was compiled as
    space = {"__name__": "__main__"}
    exec(compile("def cell(x): return 1 / x", "<cell 3>", "exec"), space)  # noqa: S102
    assert unpack(pack(space["cell"])[0], b"", []).__code__.co_filename == "<cell 3>"


def test_an_exception_tells_sample_line_and_traceback():
    def fn(x):
        if x == 5:
            raise KeyError("no such thing")  # the line
        return x

    loader = DataLoader(numbers(8, fn), 2, num_workers=2)
    batches = iter(loader)
    assert [plain(next(batches)), plain(next(batches))] == [[0, 1], [2, 3]]
    begun = time.perf_counter()
    with pytest.raises(KeyError) as caught:
        next(batches)
    assert time.perf_counter() - begun < PROMPT
    message = str(caught.value)
    assert isinstance(caught.value, WorkerError)
    assert isinstance(caught.value, MXNetError)
    assert caught.value.__cause__.args == ("no such thing",)
    assert "sample 5 of the data set (number 1 of batch 2)" in message
    assert "KeyError: 'no such thing'" in message
    assert f"{__file__}:" in message
    assert 'raise KeyError("no such thing")  # the line' in message
    assert "process " in message
    assert plain(next(iter(loader))) == [0, 1]  # the workers go on


def test_exceptions_that_cannot_travel():
    def fn(x):
        class Odd(Exception):
            def __init__(self, a, b):
                super().__init__(f"{a} and {b}")

        raise Odd(x, "more")

    with pytest.raises(WorkerError, match=r"(?s)met Odd: 0 and more, while sample 0 .*in fn"):
        list(DataLoader(numbers(2, fn), 1, num_workers=1))


def test_ragged_samples():
    with pytest.raises(ValueError, match=r"(?s)different shapes.*batch 0, of samples 0, 1"):
        list(DataLoader(numbers(2, lambda x: onp.zeros(x + 1)), 2, num_workers=1))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_worker_that_is_killed(number):
    def fn(x):
        if x == 5:
            signal.signal(signal.SIGSEGV, signal.SIG_DFL)  # pytest's report goes to its own log
            os.kill(os.getpid(), number)
        return x, os.getpid()

    batches = iter(DataLoader(numbers(8, fn), 2, num_workers=1))
    pid = plain(next(batches))[1][0]
    begun = time.perf_counter()
    message = rf"process {pid}\) was killed by {number.name} while it made sample 5 \(number 1 of"
    with pytest.raises(WorkerDied, match=message):
        list(batches)
    assert time.perf_counter() - begun < PROMPT
    assert not alive(pid)


@pytest.mark.parametrize("met", ["waiting for its batch", "asking for the next one"])
def test_a_worker_killed_from_outside(met):
    loader = DataLoader(numbers(100, lambda x: (time.sleep(0.01), x)[1]), 2, num_workers=2)
    batches, others = iter(loader), iter(loader)
    next(batches), next(others)
    pids = loader._processes.pids
    os.kill(pids[0], signal.SIGTERM)
    if met == "asking for the next one":
        wait_until_gone(pids[:1])
    with pytest.raises(WorkerDied, match=rf"process {pids[0]}\) was killed by SIGTERM"):
        list(batches)
    wait_until_gone(pids)
    with pytest.raises(WorkerDied, match="begin a new epoch"):
        list(others)
    assert plain(next(iter(loader))) == [0, 1]  # new ones


def test_a_worker_that_leaves():
    with pytest.raises(WorkerDied, match="ended with exit status 3 while it made sample 0"):
        list(DataLoader(numbers(2, lambda x: os._exit(3)), 2, num_workers=1))


def test_a_worker_that_waits_for_ever():
    def fn(x):
        if x == 1:
            time.sleep(HANG)
        return x

    loader = DataLoader(numbers(2, fn), 1, num_workers=1)
    batches = iter(loader)
    assert plain(next(batches)) == [0]
    pids = loader._processes.pids
    loader._timeout = 0.3
    begun = time.perf_counter()
    with pytest.raises(LoaderTimeout, match=r"batch 1 \(samples 1\).*timeout=0\.3"):
        next(batches)
    assert time.perf_counter() - begun < PROMPT
    wait_until_gone(pids)


# ------------------------------------------------------------------------------ threads instead
def test_what_cannot_be_sent_is_made_by_threads():
    handle = (i for i in range(3))  # generators cannot be pickled
    loader = DataLoader(numbers(3, lambda x: (handle, os.getpid())[1]), 1, num_workers=2)
    with pytest.warns(UserWarning, match=r"threads of this process.*generator.*thread_pool=True"):
        found = plain(list(loader))
    assert found == [[os.getpid()]] * 3
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert plain(list(loader)) == found  # said once


def test_what_workers_cannot_read_is_made_by_threads():
    class Here:
        def __reduce__(self):
            return _only_in, (os.getpid(),)

    here = Here()
    loader = DataLoader(numbers(3, lambda x: (here, x)[1]), 1, num_workers=2)
    with pytest.warns(UserWarning, match=r"cannot read the data set \(RuntimeError: not here"):
        assert plain(list(loader)) == [[0], [1], [2]]


def _only_in(pid):
    if os.getpid() != pid:
        raise RuntimeError("not here")


def test_without_shared_memory(monkeypatch):
    """Arrays go through the socket then."""
    code = """
        import errno, os
        import mxnet.gluon.data._transport as t
        def full(pieces):
            raise OSError(errno.ENOSPC, "No space left on device")
        t.share = full
    """

    def fn(x):
        exec(textwrap.dedent(code), {})  # noqa: S102 - in the worker: its memory is full
        return onp.full((100, 100), x, "float32")

    monkeypatch.setattr("mxnet.gluon.data._transport.share", _full)
    rows = onp.arange(40000, dtype="float32").reshape(4, -1)
    loader = DataLoader(numbers(4, lambda x: fn(x) + rows[x, 0] * 0), 2, num_workers=1)
    found = list(loader)
    assert [b.shape for b in found] == [(2, 100, 100)] * 2
    assert found[1][1].asnumpy()[99, 99] == 3


def _full(pieces):
    raise OSError(28, "No space left on device")


# ------------------------------------------------------------------------------ programs
def run(tmp_path, code):
    """A program of its own, without the guard that Python's own workers ask for."""
    path = tmp_path / "program.py"
    heard = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
    path.write_text(heard + textwrap.dedent(code))  # whoever runs the tests may ignore Ctrl-C
    return subprocess.Popen(
        [sys.executable, str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )


def test_a_script_without_a_guard(tmp_path):
    program = run(
        tmp_path,
        """
        import mxnet as mx
        from mxnet.gluon.data import DataLoader, Dataset

        class Squares(Dataset):
            def __len__(self):
                return 4

            def __getitem__(self, i):
                return factor * i * i

            def __init__(self):
                print("made")

        def told(i):
            print("asked for", i)
            return i

        factor = 3
        print(mx.nd.ones(1).asscalar())  # XLA is at work before
        data = Squares()
        print([b.asnumpy().tolist() for b in DataLoader(data, 2, num_workers=2)], flush=True)
        list(DataLoader(data.transform(told), 4, num_workers=1))
        """,
    )
    out, err = program.communicate(timeout=HANG)
    asked = [f"asked for {3 * i * i}" for i in range(4)]
    assert out.splitlines() == ["1.0", "made", "[[0, 3], [12, 27]]", *asked], err
    assert err == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_no_process_is_left_behind(tmp_path, number):
    program = run(
        tmp_path,
        """
        import time
        from mxnet.gluon.data import DataLoader, SimpleDataset
        data = SimpleDataset(list(range(100_000))).transform(lambda x: (time.sleep(0.02), x)[1])
        loader = DataLoader(data, 2, num_workers=2)
        for n, batch in enumerate(loader):
            if n == 0:
                print(*loader._processes.pids, flush=True)
        """,
    )
    pids = [int(p) for p in program.stdout.readline().split()]
    assert len(pids) == 2
    begun = time.perf_counter()
    program.send_signal(number)
    _, err = program.communicate(timeout=HANG)
    assert time.perf_counter() - begun < PROMPT
    wait_until_gone(pids)
    if number == signal.SIGINT:
        assert err.rstrip().endswith("KeyboardInterrupt")
