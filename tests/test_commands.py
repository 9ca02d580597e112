"""The commands that an installation brings: their names, and what ``--help`` says."""

import importlib
import re
import tomllib
from pathlib import Path

import pytest

from support import prepared

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
COMMANDS = {name: target.partition(":")[0] for name, target in PROJECT["scripts"].items()}
MODULES = [*COMMANDS.values(), "mxnet.tools.rec2idx", "mxnet.launch"]


def help_of(module, called, monkeypatch, capsys):
    """What ``--help`` prints in a process whose first argument is ``called``."""
    monkeypatch.setattr("sys.argv", [called, "--help"])
    monkeypatch.setenv("COLUMNS", "100")
    try:
        status = importlib.import_module(module).main()
    except SystemExit as end:  # argparse
        status = end.code
    out, err = capsys.readouterr()
    assert (status, err) == (0, "")
    return out


@pytest.mark.parametrize("ending", ["", ".exe"])
@pytest.mark.parametrize("command", COMMANDS)
def test_an_installed_command_goes_by_its_name(command, ending, monkeypatch, capsys):
    said = help_of(COMMANDS[command], f"/some/bin/{command}{ending}", monkeypatch, capsys)
    assert said.startswith(f"usage: {command} [")
    assert "python -m" not in said.partition("\n\n")[0]


@pytest.mark.parametrize("module", MODULES)
def test_a_module_goes_by_python_m(module, monkeypatch, capsys):
    path = f"/some/{module.replace('.', '/')}.py"
    assert help_of(module, path, monkeypatch, capsys).startswith(f"usage: python -m {module} [")


@pytest.mark.parametrize("module", MODULES)
def test_every_option_says_its_default(module, monkeypatch, capsys):
    """Each option that takes a value, and need not be given; those of no value are off."""
    said = help_of(module, "program", monkeypatch, capsys)
    usage, _, told = said.partition("\n\n")
    optional = re.findall(r"\[(--?[\w-]+) [^\]]+\]", usage)
    entries = dict(re.findall(r"(?m)^  (?:-\w, )?(-[-\w]+)((?:.*)(?:\n   .*)*)", told))
    assert len(optional) == {"mxnet.tools.im2rec": 10, "mxnet.convert": 2, "mxnet.launch": 2}.get(
        module, 0
    )
    assert "default: True" not in entries.get("--no-shuffle", "")
    for option in set(optional):
        assert re.search(r"\(default: |only for", entries[option]), (option, entries)


@pytest.mark.parametrize("module", MODULES)
def test_what_is_no_argument_is_refused(module, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["program", "--nonsense"])
    try:
        status = importlib.import_module(module).main()
    except SystemExit as end:
        status = end.code
    out, err = capsys.readouterr()
    assert (status, out) == (2, "")
    assert f"python -m {module}" in err


def test_python_m_gives_the_path_of_the_file():
    """What :func:`called_by` goes by in a real process."""
    done = prepared.run(["-m", "mxnet.runtime", "--help"], check=True)
    assert done.stdout.startswith("usage: python -m mxnet.runtime [-h]\n")
    assert done.stderr == ""
