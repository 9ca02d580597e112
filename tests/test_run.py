"""``python -m mxnet.run``: old names of NumPy for old programs, and for them only."""

import re
import subprocess
import sys

import numpy as onp
import pytest

from mxnet import run
from support import prepared

PROGRAM = """
import sys
import numpy as np
assert __name__ == "__main__"
assert np.zeros(2, dtype=np.float).dtype == np.float64
assert np.int(3.7) == 3 and np.object is object and np.NINF == -np.inf
assert np.array([1], dtype=np.bool).dtype == np.bool_
assert np.product([2, 3]) == 6 and np.in1d([1, 2], [2]).tolist() == [False, True]
assert np.asfarray([1]).dtype == np.float_
assert np.cast["int32"](1.5) == 1 and np.find_common_type([np.float32], [np.int64]) == np.float64
print(*sys.argv[1:])
"""


def _call(*arguments, cwd=None):
    # What NumPy only deprecates in an older version is there still, and warns.
    quiet = ["-W", "ignore::DeprecationWarning"]
    command = [sys.executable, *quiet, "-m", "mxnet.run", *map(str, arguments)]
    return subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=cwd, timeout=prepared.HANG
    )


def test_script_and_module(tmp_path):
    (tmp_path / "program.py").write_text(PROGRAM)
    done = _call("program.py", "a", "--b", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "a --b\n", "")
    done = _call("-m", "program", "c", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "c\n", "")


def test_neighbours_and_exit_status(tmp_path):
    (tmp_path / "neighbour.py").write_text("STATUS = 7")
    (tmp_path / "program.py").write_text("import sys, neighbour; sys.exit(neighbour.STATUS)")
    assert _call(tmp_path / "program.py").returncode == 7


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        ([], 2, r"usage: python -m mxnet\.run "),
        (["-m"], 2, r"python -m mxnet\.run: -m needs the name of a module"),
        (["-c", "1"], 2, r"expected a script or -m, got -c"),
        (["no/such.py"], 2, r"no such file: no/such\.py"),
    ],
)
def test_usage(given, status, said, capsys):
    missing = set(vars(onp))
    assert run.main(given) == status
    out = capsys.readouterr()
    assert re.match(r"(python -m mxnet\.run: )?" + said, out.err), out.err
    assert out.out == ""
    assert set(vars(onp)) == missing  # NumPy is as it was


def test_import_changes_nothing():
    """The names are put back by the runner, not by the package."""
    code = (
        "import numpy as np; before = set(vars(np)); import mxnet, mxnet.run;"
        "print(sorted(n for n in set(vars(np)) - before if n in ('float', 'float_', 'product')))"
    )
    done = prepared.run(["-c", code])
    assert done.stdout == "[]\n", done.stderr


def test_what_is_there_stays():
    before = dict(vars(onp))
    added = run.restore_aliases()
    try:
        assert all(name not in before for name in added)
        assert all(vars(onp)[name] is value for name, value in before.items())
    finally:
        for name in added:
            delattr(onp, name)


def test_names_that_python_has_dropped(tmp_path):
    program = tmp_path / "old.py"
    program.write_text(
        "import collections, inspect\n"
        "from collections import Iterable, Mapping\n"
        "def f(a, *b, c=1): pass\n"
        "print(isinstance([], Iterable), isinstance({}, Mapping), inspect.getargspec(f).args)\n"
    )
    done = prepared.run(["-m", "mxnet.run", program])
    assert done.stdout == "True True ['a']\n", done.stderr
