"""Processes that tests start in ``support/prepared.py`` are as those that Python starts."""

import os
import signal
import subprocess
import sys

import pytest

from support import prepared
from support.waiting import alive, wait_until

TELLS = """
import atexit, os, sys, threading
print(__name__, sys.argv[1:], os.getcwd(), os.environ["MINE"], os.getsid(0) == os.getpid())
print(threading.active_count(), os.read(0, 1), "mxnet" in sys.modules)
sys.stderr.write("aside\\n")
atexit.register(print, "at the end")
threading.Thread(target=lambda: print("thread")).start()
"""


def both(arguments, cwd):
    """The same program, started in both ways: (exit status, output, messages) of each."""
    env = os.environ | {"MINE": "x y"}
    plain = subprocess.run(
        [sys.executable, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=prepared.HANG,
        env=env,
        cwd=cwd,
        start_new_session=True,
    )
    found = prepared.run(arguments, env=env, cwd=cwd)
    return [(done.returncode, done.stdout, done.stderr) for done in (plain, found)]


@pytest.mark.parametrize("how", ["-c", "-m", "file"])
def test_what_a_program_sees(how, tmp_path):
    (tmp_path / "tells.py").write_text(TELLS)
    first = {"-c": ["-c", TELLS], "-m": ["-m", "tells"], "file": [tmp_path / "tells.py"]}[how]
    plain, found = both([*first, "a", 1], tmp_path)
    assert found == plain
    assert found[0] == 0
    assert found[2] == "aside\n"


@pytest.mark.parametrize(
    "code",
    ["import sys; sys.exit(7)", "import os; os._exit(3)", "import os; os.kill(os.getpid(), 9)",
     "raise SystemExit('said')"],
)  # fmt: skip
def test_how_a_program_ends(code, tmp_path):
    plain, found = both(["-c", code], tmp_path)
    assert found == plain


def test_an_error_is_told(tmp_path):
    plain, found = both(["-c", "1 / 0"], tmp_path)
    assert found[:2] == plain[:2] == (1, "")
    # from 3.13 on Python knows the text of -c as well, and underlines it
    assert found[2].splitlines()[-1] == plain[2].splitlines()[-1]
    assert '  File "<string>", line 1, in <module>' in found[2].splitlines()


def test_what_takes_too_long_is_ended_with_all_that_it_started(tmp_path):
    code = """
import os, time
child = os.fork()
if child:
    print(child, flush=True)
time.sleep(100)
"""
    with open(tmp_path / "out", "w+") as out:
        process = prepared.Prepared(["-c", code], out, out, tmp_path)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.01)
        wait_until(lambda: (tmp_path / "out").read_text().endswith("\n"))
        child = int((tmp_path / "out").read_text())
        assert alive(child)
        process.kill()
        assert process.wait(prepared.HANG) == -signal.SIGKILL
    wait_until(lambda: not alive(child))
    with pytest.raises(subprocess.TimeoutExpired):
        prepared.run(["-c", "import time; time.sleep(100)"], timeout=0.1)
