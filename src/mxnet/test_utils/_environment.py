"""What surrounds a test: environment variables, the error stream, retries, the machine."""

import functools
import os
import platform
import sys
from contextlib import contextmanager

from ..context import num_gpus
from ..runtime import Features

__all__ = [
    "discard_stderr",
    "environment",
    "has_tvm_ops",
    "is_aarch64_run",
    "is_cd_run",
    "is_op_runnable",
    "list_gpus",
    "retry",
    "set_env_var",
]


@contextmanager
def environment(*args):
    """``with environment(name, value):`` or ``with environment({name: value, ...}):``.

    Sets environment variables, removes those whose value is None, and puts back what was there.
    Options of this package that are read at import (see ``mx.runtime.diagnose()``) do not change.

    Raises
    ------
    AssertionError   for other arguments
    """
    if len(args) == 1 and isinstance(args[0], dict):
        wanted = args[0]
    elif len(args) == 2:
        wanted = {args[0]: args[1]}
    else:
        raise AssertionError("Expecting one dict arg or two args: env var name and value")
    before = {name: os.environ.get(name) for name in wanted}
    _update_environment(wanted)
    try:
        yield
    finally:
        _update_environment(before)


def _update_environment(wanted):
    for name, value in wanted.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = str(value)


def set_env_var(key, val, default_val=""):
    """Set an environment variable; returns what was there before, or ``default_val``."""
    before = os.environ.get(key, default_val)
    os.environ[key] = val
    return before


@contextmanager
def discard_stderr():
    """``with discard_stderr():``: the process's error stream, also of compiled code, is dropped."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with open(os.devnull, "w") as nothing:
            os.dup2(nothing.fileno(), 2)
            python_stream, sys.stderr = sys.stderr, nothing
            try:
                yield
            finally:
                sys.stderr = python_stream
                os.dup2(kept, 2)
    finally:
        os.close(kept)


def retry(n):
    """Decorator: call a function again, at most ``n`` times in all, while its checks fail.

    For tests that random numbers may fail. Only AssertionError is retried.

    Parameters
    ----------
    n : int   at least 1

    Raises
    ------
    AssertionError   of the last attempt; or if ``n`` is not positive
    """
    if n <= 0:
        raise AssertionError(f"retry: expected at least 1 attempt, got {n}")

    def decorate(function):
        @functools.wraps(function)
        def wrapped(*args, **kwargs):
            for _ in range(n - 1):
                try:
                    return function(*args, **kwargs)
                except AssertionError:
                    pass
            return function(*args, **kwargs)

        return wrapped

    return decorate


def list_gpus():
    """Numbers of the GPUs that are there: a range."""
    return range(num_gpus())


def has_tvm_ops():
    """Whether operators made by TVM are there: never."""
    return Features().is_enabled("TVM_OP")


def is_op_runnable():
    """Whether operators can run on the default context: always, without TVM."""
    return not has_tvm_ops()


def is_cd_run():
    """Whether this is a run of a delivery pipeline: the environment has ``CD_JOB=1``."""
    return os.environ.get("CD_JOB", "0") == "1"


def is_aarch64_run():
    """Whether the processor is of the type aarch64."""
    return platform.machine() == "aarch64"
