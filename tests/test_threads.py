"""Threads that work ahead: order, errors, and their end."""

import gc
import threading
import weakref
from concurrent.futures import CancelledError

import pytest

from mxnet._threads import Threads
from support import prepared
from support.prepared import HANG
from support.waiting import wait_until


def test_jobs_begin_in_order_and_as_many_threads_work_as_were_asked_for():
    threads, begun, go = Threads(2, "ahead"), [], threading.Event()

    def work(n):
        begun.append(n)
        go.wait(HANG)
        return n, threading.current_thread().name

    jobs = [threads.submit(work, n) for n in range(5)]
    wait_until(lambda: len(begun) >= 2)
    with pytest.raises(TimeoutError):
        jobs[0].result(0.01)
    assert sorted(begun) == [0, 1]
    go.set()
    found = [job.result(HANG) for job in jobs]
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
            failed.result(HANG)
    assert other.result(HANG) == 0


def test_results_and_errors_are_held_by_their_job_alone():
    class Result:
        def __call__(self):
            raise ValueError

    threads = Threads(1, "ahead")
    made, failing = threads.submit(Result), Result()
    failed = threads.submit(failing)
    refs = [weakref.ref(made.result(HANG)), weakref.ref(failing)]
    assert failed.exception(HANG) is not None
    threads.submit(int).result(HANG)  # the thread has another job
    gc.disable()
    try:
        del made, failed, failing
        assert [ref() for ref in refs] == [None, None]
    finally:
        gc.enable()


def test_threads_end_with_their_owner_and_what_had_not_begun_is_cancelled():
    threads, go = Threads(2, "ahead"), threading.Event()
    jobs = [threads.submit(go.wait, HANG) for _ in range(4)]
    wait_until(lambda: sum(job.running() for job in jobs) == 2)
    started = threads.started
    del threads
    go.set()
    wait_until(lambda: not any(t.is_alive() for t in started))
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
    done = prepared.run(["-c", script])
    assert done.returncode == 0, done.stderr
