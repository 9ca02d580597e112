"""What every test gets: its own seed, printed when it fails, and an engine with nothing to do."""

from __future__ import annotations

import gc
import os
import random
import sys
import zlib
from collections.abc import Iterator

import hypothesis
import numpy as onp
import pytest

# A fault of ours in what runs without the compiler fails a test, also in other processes.
os.environ["MXNET_XLA_STRICT"] = "1"

# Some hundreds of processes are started, by the tests and by xdist: compiling our sources again
# costs each of them 0.6 s of its 1.6 s, and rewriting the tests' assertions seven.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

SEED = pytest.StashKey[int]()

# Each run draws the same examples; HYPOTHESIS_PROFILE=explore asks for many others.
hypothesis.settings.register_profile("suite", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=1000, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


def seed_of(nodeid: str) -> int:
    """Return the seed that belongs to a test's name, or MXNET_TEST_SEED where that is set."""
    chosen = os.environ.get("MXNET_TEST_SEED")
    return int(chosen) if chosen else zlib.crc32(nodeid.encode()) & 0x7FFFFFFF


def pytest_collection_finish(session):
    """What has been imported and collected stays to the end: no garbage collection looks through it
    again, which took a quarter of a second of processor time each.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def options_as_before() -> Iterator[None]:
    """A page or a test that sets an option sets it for itself."""
    config = sys.modules.get("mxnet._config")
    before = {} if config is None else {n: o.value for n, o in config.options.items()}
    yield
    for name, value in before.items():
        config.set_option(name, value)


@pytest.fixture(autouse=True)
def seed(request: pytest.FixtureRequest) -> int:
    """Seed Python's, NumPy's and MXNet's global generators, and give the number to the test."""
    value = seed_of(request.node.nodeid)
    request.node.stash[SEED] = value
    random.seed(value)
    onp.random.seed(value)
    mxnet_random = sys.modules.get("mxnet.random")
    if mxnet_random is not None:
        mxnet_random.seed(value)
    return value


@pytest.fixture(autouse=True)
def nothing_pending() -> Iterator[None]:
    """Run what a test has left pending, which would become a part of the next one's first program,
    and forget what it met: when something is compiled must not depend on the tests before.
    """
    yield
    segment = sys.modules.get("mxnet._engine.segment")
    if segment is not None:
        segment.flush_all()
        segment.clear()  # how often something was met


@pytest.fixture
def compiled_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compile what is met for the first time, here and in processes started from here: for tests of
    programs, which count them.
    """
    from mxnet import _config

    monkeypatch.setenv("MXNET_XLA_EVALUATE", "0")
    monkeypatch.setattr(_config.options["evaluate"], "value", 0)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Add the seed to the report of a failing test."""
    report = yield
    if report.failed and SEED in item.stash:
        value = item.stash[SEED]
        report.sections.append(("seed", f"{value} (replay with MXNET_TEST_SEED={value})"))
    return report
