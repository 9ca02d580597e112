"""What an index page, a fork or a citation says about the project is so."""

import importlib
import re
import tomllib
from pathlib import Path

import pytest

from mxnet import libinfo

ROOT = Path(__file__).parents[2]
REPOSITORY = "https://github.com/mxnet-xla/mxnet-xla"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))

with open(ROOT / "pyproject.toml", "rb") as _file:
    SETTINGS = tomllib.load(_file)
PROJECT = SETTINGS["project"]
PREFIX = "Programming Language :: Python :: "
PYTHONS = [c.removeprefix(PREFIX) for c in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", c)]


def bounds(package):
    """(lower, upper, marker) of each line that asks for a package."""
    found = []
    for line in PROJECT["dependencies"]:
        match = re.fullmatch(rf"{package}>=([\d.]+),<([\d.]+)(?:; (.*))?", line)
        found += [match.groups()] if match else []
    return found


@pytest.mark.parametrize(
    ("page", "below", "second"),
    [
        ("install.md", "below {}", "{} (Python {}: {})"),
        ("install.zh-CN.md", "低于 {}", "{}（Python {}：{}）"),
    ],
)
def test_support_table(page, below, second):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    rows = {
        name: (low, high)
        for name, low, high in re.findall(r"^\| (\w+) \| (\d[^|]*) \| ([^|]+) \|$", text, re.M)
    }
    assert rows.pop("Python") == (PYTHONS[0], PYTHONS[-1])
    assert PROJECT["requires-python"] == f">={PYTHONS[0]}"
    assert set(rows) == {"JAX", "jaxlib", "NumPy", "SciPy"}
    for name, (low, high) in rows.items():
        first, *others = bounds(name.lower())
        assert high == below.format(first[1])
        expected = first[0]
        for lower, upper, marker in others:
            assert upper == first[1]
            python = re.fullmatch(r"python_version >= '([\d.]+)'", marker)[1]
            expected = second.format(expected, python, lower)
        assert low == expected


def test_build_takes_the_jaxlib_that_runs():
    """The kernels are compiled with headers of the range that they are used with."""
    ((lower, upper, _),) = bounds("jaxlib")
    assert f"jaxlib>={lower},<{upper}" in SETTINGS["build-system"]["requires"]


@pytest.mark.parametrize("name", PROJECT["scripts"])
def test_commands(name):
    module, _, function = PROJECT["scripts"][name].partition(":")
    assert callable(getattr(importlib.import_module(module), function))


def test_links_of_the_readme_on_an_index_page():
    """As the build rewrites them: absolute, to files that are there."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    hook = SETTINGS["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]
    for change in hook["substitutions"]:
        text = re.sub(change["pattern"], change["replacement"], text)
    links = re.findall(r"\]\(([^)\s]+)\)", text)
    assert len(links) > 15
    raw = REPOSITORY.replace("github.com", "raw.githubusercontent.com") + "/main/"
    for link in links:
        assert link.startswith(("https://", "http://", "#"))
        for start in (f"{REPOSITORY}/blob/main/", raw):
            if link.startswith(start):
                assert (ROOT / link.removeprefix(start).partition("#")[0]).exists(), link
                assert (start == raw) == link.endswith((".svg", ".png")), link


def test_addresses_are_of_one_repository():
    assert all(url.startswith(REPOSITORY) for url in PROJECT["urls"].values())
    for name in ("SECURITY.md", "CITATION.cff", ".github/ISSUE_TEMPLATE/config.yml"):
        assert REPOSITORY in (ROOT / name).read_text(encoding="utf-8")


def test_version_of_the_citation():
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(r"^version: (.*)$", text, re.M)[1] == libinfo.__version__


def test_workflows_try_every_python():
    """And what they run is there: targets of the Makefile and tools."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert [path.name for path in WORKFLOWS] == ["ci.yml", "release.yml"]
    for path in WORKFLOWS:
        text = path.read_text(encoding="utf-8")
        (listed,) = re.findall(r"python: \[(.*)\]", text)
        assert re.findall(r'"([\d.]+)"', listed) == PYTHONS
        for target in re.findall(r"run: make ([\w-]+)", text):
            assert f"\n{target}:" in makefile
        for tool in re.findall(r"tools/\w+\.py", text):
            assert (ROOT / tool).exists()
