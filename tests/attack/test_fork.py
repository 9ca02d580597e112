"""A process that is forked after a computation reads arrays, or raises; it never waits for ever."""

import os
import subprocess
import textwrap

import pytest

from support import prepared

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system"),
    pytest.mark.usefixtures("compiled_at_once"),
]

BEGIN = """
import concurrent.futures, multiprocessing, os, signal, sys, threading, warnings
import numpy as onp
warnings.simplefilter("error")
# Python warns of forks of what has threads
warnings.filterwarnings("ignore", category=DeprecationWarning)
import mxnet as mx
from mxnet import autograd, gluon, nd


def in_fork(function):
    pid = os.fork()
    if pid == 0:
        signal.alarm(300)
        try:
            function()
        except BaseException:
            import traceback
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0


def raises(function):
    try:
        function()
    except mx.MXNetError as e:
        assert "get_context('spawn')" in str(e), e
    else:
        raise AssertionError("no error")
"""


def run(script, **environment):
    """Run a script; it and all that it started are ended when time is up."""
    try:
        done = prepared.run(
            ["-c", BEGIN + textwrap.dedent(script)],
            env=os.environ | {"MXNET_XLA_CACHE_DIR": "off"} | environment,  # everything is compiled
            together=True,
        )
    except subprocess.TimeoutExpired as e:
        pytest.fail(f"still waiting: {e.stdout}")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("devices", [1, 2])
def test_a_child_reads_and_every_way_to_compute_raises_at_once(devices):
    run(
        """
        a, b = nd.arange(12).reshape((3, 4)), nd.ones((4, 2))
        done = nd.dot(a, b)
        assert done.asnumpy().sum() == 132
        big = nd.ones((1000, 1000)) * 2
        known = nd.array([1, 2])
        (known * 3 + 1).asnumpy()
        net = gluon.nn.HybridSequential()
        net.add(gluon.nn.Conv2D(4, 3), gluon.nn.BatchNorm(), gluon.nn.Dense(3))
        net.initialize()
        net.hybridize()
        trainer = gluon.Trainer(net.collect_params(), "adam")
        x = nd.random.uniform(shape=(8, 3, 8, 8))

        def step():
            with autograd.record():
                loss = net(x).sum()
            loss.backward()
            trainer.step(8)
            nd.waitall()

        step()
        symbol = mx.sym.Variable("q") * 2
        executor = symbol.bind(mx.cpu(), {"q": known})
        executor.forward()[0].asnumpy()
        square = nd.dot(big, big)  # still being computed when the process forks
        nd.dot(known, known).asnumpy()
        pending = done * 2

        def child():
            assert done.asnumpy().sum() == 132 and square.asnumpy()[0, 0] == 4000
            assert nd.array([3, 4]).asnumpy().tolist() == [3, 4]
            raises(lambda: nd.softmax(nd.dot(a, b)).asnumpy())
            raises(lambda: (known * 3 + 1).asnumpy())  # a program that the parent ran
            raises(lambda: pending.asnumpy())
            raises(lambda: nd.array([5, 6]).to_dlpack_for_read())
            raises(step)
            raises(lambda: executor.forward()[0].asnumpy())
            raises(lambda: mx.np.arange(3).sum().item())
            raises(lambda: nd.save("/dev/null", [known + 5]))

        in_fork(child)
        in_fork(lambda: in_fork(child))
        assert pending.asnumpy().sum() == 264
        step()
        """,
        XLA_FLAGS=f"--xla_force_host_platform_device_count={devices}",
    )


def test_a_fork_before_the_first_computation_computes():
    run("""
        a = nd.array([[1, 2], [3, 4]])

        def child():
            assert nd.dot(a, a).asnumpy().tolist() == [[7, 10], [15, 22]]

        in_fork(child)
        assert nd.dot(a, a).asnumpy().tolist() == [[7, 10], [15, 22]]
        in_fork(lambda: raises(child))
    """)


WORK = """

def work(n):
    signal.alarm(300)
    r = nd.softmax(nd.dot(nd.ones((n, 5)), nd.ones((5, 2))))
    return float(r.asnumpy().sum())


def read(a):
    signal.alarm(300)
    return float(a.asnumpy().sum())


if __name__ == "__main__":
    method = sys.argv[1]
    assert nd.dot(nd.ones((2, 2)), nd.ones((2, 2))).asnumpy().sum() == 8
    context = multiprocessing.get_context(method)
    with context.Pool(1) as pool:
        if method == "fork":
            assert pool.map(read, [nd.ones((2, 2)), nd.ones((3,)) * 2]) == [4, 6]
            raises(lambda: pool.map(work, [3]))
        elif method == "forkserver":
            assert pool.map(work, [3, 4]) == [3, 4]
    with concurrent.futures.ProcessPoolExecutor(1, context) as pool:
        if method == "fork":
            raises(lambda: list(pool.map(work, [3])))
        elif method == "spawn":
            assert list(pool.map(work, [3, 4])) == [3, 4]
"""


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing_and_futures(method, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(BEGIN + WORK)
    run(f"os.execv(sys.executable, [sys.executable, {str(script)!r}, {method!r}])")


def test_while_another_thread_computes_and_compiles():
    run("""
        stop = []

        def other():
            n = 2
            while not stop:
                n += 1
                nd.softmax(nd.ones((n, n)) * n).asnumpy()

        thread = threading.Thread(target=other)
        thread.start()
        a = nd.ones((3, 2)) + 1
        a.wait_to_read()

        def child():
            assert a.asnumpy().sum() == 12
            raises(lambda: nd.softmax(a + 1).asnumpy())

        try:
            for _ in range(6):
                in_fork(child)
        finally:
            stop.append(1)
            thread.join()
    """)


def test_the_loader_works_in_a_forked_child_of_a_parent_that_computed():
    run("""
        (nd.ones((3, 2)) + 1).asnumpy()
        data = gluon.data.SimpleDataset([onp.full((2,), i, "float32") for i in range(8)])

        def child():
            loader = gluon.data.DataLoader(data, batch_size=4)
            assert [b.asnumpy().tolist() for b in loader][1][0] == [4, 4]

        in_fork(child)
    """)


def test_what_threads_had_begun_ahead_raises_in_a_child_and_a_new_epoch_works():
    run("""
        from mxnet.io import DataBatch, DataDesc, DataIter, PrefetchingIter

        parent, forked = os.getpid(), threading.Event()

        def slow(x):
            if os.getpid() == parent:
                forked.wait()
            return x

        class Slow(DataIter):
            provide_data, provide_label, at = [DataDesc("data", (2,))], [], 0

            def reset(self):
                self.at = 0

            def next(self):
                self.at += 1
                return DataBatch([nd.array(slow(onp.full((2,), self.at)))], [], pad=0)

        data = gluon.data.SimpleDataset([onp.full((2,), i, "float32") for i in range(8)])
        loader = gluon.data.DataLoader(
            data.transform(slow), batch_size=4, num_workers=1, thread_pool=True
        )
        ahead, epoch = PrefetchingIter(Slow()), iter(loader)

        def child():
            for begun in ahead, epoch:
                try:
                    next(begun)
                except mx.MXNetError as e:
                    assert "forked while another thread worked ahead" in str(e), e
                else:
                    raise AssertionError("no error")
            ahead.reset()
            assert [next(ahead).data[0].asnumpy()[0] for _ in range(3)] == [1, 2, 3]
            assert [b.asnumpy().tolist() for b in loader][1][0] == [4, 4]

        in_fork(child)
        forked.set()
        assert next(ahead).data[0].asnumpy()[0] == 1
        assert [b.asnumpy().tolist() for b in epoch][1][0] == [4, 4]
    """)
