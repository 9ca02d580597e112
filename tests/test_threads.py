"""Threads that work ahead: order, errors, and their end."""

import gc
import subprocess
import sys
import threading
import time
import weakref
from concurrent.futures import CancelledError

import pytest

from mxnet._threads import Threads


def ended(threads):
    """Whether threads end within ten seconds."""
    deadline = time.monotonic() + 10
    while any(t.is_alive() for t in threads) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not any(t.is_alive() for t in threads)


def test_jobs_begin_in_order_and_as_many_threads_work_as_were_asked_for():
    threads, begun, go = Threads(2, "ahead"), [], threading.Event()

    def work(n):
        begun.append(n)
        go.wait(10)
        return n, threading.current_thread().name

    jobs = [threads.submit(work, n) for n in range(5)]
    with pytest.raises(TimeoutError):
        jobs[0].result(0.01)
    assert sorted(begun) == [0, 1]
    go.set()
    found = [job.result(10) for job in jobs]
    assert [n for n, _ in found] == list(range(5))
    assert {name for _, name in found} <= {"ahead-0", "ahead-1"}
    assert len(threads.started) == 2


@pytest.mark.parametrize("kind", [ValueError, StopIteration, KeyboardInterrupt])
def test_what_a_job_raises_comes_to_each_who_asks_and_the_thread_goes_on(kind):
    threads = Threads(1, "ahead")

    def work():
        raise kind("so")

    failed, other = threads.submit(work), threads.submit(int)
    for _ in range(2):
        with pytest.raises(kind, match="so"):
            failed.result(10)
    assert other.result(10) == 0


def test_results_and_errors_are_held_by_their_job_alone():
    class Result:
        def __call__(self):
            raise ValueError

    threads = Threads(1, "ahead")
    made, failing = threads.submit(Result), Result()
    failed = threads.submit(failing)
    refs = [weakref.ref(made.result(10)), weakref.ref(failing)]
    assert failed.exception(10) is not None
    threads.submit(int).result(10)  # the thread has another job
    gc.disable()
    try:
        del made, failed, failing
        assert [ref() for ref in refs] == [None, None]
    finally:
        gc.enable()


def test_threads_end_with_their_owner_and_what_had_not_begun_is_cancelled():
    threads, go = Threads(2, "ahead"), threading.Event()
    jobs = [threads.submit(go.wait, 10) for _ in range(4)]
    while sum(job.running() for job in jobs) < 2:
        time.sleep(0.01)
    started = threads.started
    del threads
    go.set()
    assert ended(started)
    assert [job.result(0) for job in jobs[:2]] == [True, True]
    for job in jobs[2:]:
        with pytest.raises(CancelledError):
            job.result(0)


def test_a_program_ends_while_an_iterator_waits_for_ever():
    script = """
import threading
import mxnet as mx

class Waiting(mx.io.DataIter):
    provide_data, provide_label = [mx.io.DataDesc("data", (2,))], []
    def next(self):
        threading.Event().wait()

ahead = mx.io.PrefetchingIter(Waiting())
"""
    done = subprocess.run([sys.executable, "-c", script], check=False, timeout=120)
    assert done.returncode == 0
