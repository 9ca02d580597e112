"""Run the test suite with the oldest and with the newest versions that pyproject.toml admits.

    python tools/try_versions.py                    both, with this interpreter
    python tools/try_versions.py oldest -k pooling  one of them, a part of the suite

Each has an environment of its own beside ``.venv``, for each version of Python, such as
``.venv-oldest-3.11``. It is brought up to date at every call, so "newest" is what a fresh
installation gives today.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
EDGES = ("oldest", "newest")
EXTRA = "test"

# name[extras] bounds; marker
_PARTS = re.compile(r"(?P<name>[\w.-]+)(\[(?P<extras>[\w,-]+)\])?(?P<bounds>[^;]*)(?P<marker>;.*)?")


def requirements(project, extra):
    """(name, extras, bounds, marker) of what the project and one of its extras ask for."""
    name = project["name"]
    waiting, seen, found = [extra], {extra}, []
    lines = list(project["dependencies"])
    while waiting:
        lines += project["optional-dependencies"][waiting.pop()]
        for line in lines:
            part = _PARTS.fullmatch(line)
            extras = (part["extras"] or "").split(",")
            if part["name"] == name:
                waiting += [e for e in extras if e not in seen]
                seen.update(extras)
            else:
                bounds = [b.strip() for b in part["bounds"].split(",")]
                found.append((part["name"], part["extras"], bounds, part["marker"] or ""))
        lines = []
    return found


def oldest(found):
    """Lines of a constraints file: every lower bound is the version itself."""
    lines = []
    for name, _, bounds, marker in found:
        lower = [b for b in bounds if b.startswith((">=", "=="))]
        if len(lower) != 1:
            raise SystemExit(
                f"pyproject.toml: {name} has no single lower bound: {','.join(bounds)}"
            )
        lines.append(f"{name}=={lower[0][2:]}{marker}")
    return lines


def environment(edge, found):
    """Make or update an environment; its interpreter."""
    folder = ROOT / f".venv-{edge}-{sys.version_info.major}.{sys.version_info.minor}"
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if edge == "oldest":
        constraints = folder / "constraints.txt"
        constraints.write_text("\n".join(oldest(found)) + "\n")
        command += ["--constraint", constraints]
    else:
        command += ["--upgrade", "--upgrade-strategy", "eager"]
    subprocess.run([*command, "--editable", f"{ROOT}[{EXTRA}]"], check=True)
    return python


def versions(python, found):
    """Text with the version of each package that the project names."""
    names = sorted({name for name, *_ in found})
    program = (
        "import importlib.metadata as m, sys\n"
        "for n in sys.argv[1:]:\n"
        "    try: print(n, m.version(n), end='  ')\n"
        "    except m.PackageNotFoundError: pass"
    )
    return subprocess.run(
        [python, "-c", program, *names], check=True, capture_output=True, text=True
    ).stdout


def main(arguments):
    """Run the suite in each environment; the number of those where it failed."""
    edges = EDGES
    if arguments and arguments[0] in EDGES:
        edges, arguments = arguments[:1], arguments[1:]
    with open(ROOT / "pyproject.toml", "rb") as file:
        found = requirements(tomllib.load(file)["project"], EXTRA)
    results = {}
    for edge in edges:
        python = environment(edge, found)
        print(f"{edge}: Python {sys.version.split()[0]}  {versions(python, found)}", flush=True)
        run = subprocess.run([python, "-m", "pytest", "-q", *arguments], cwd=ROOT, check=False)
        results[edge] = run.returncode
    for edge, code in results.items():
        print(f"{edge}: {'passed' if code == 0 else f'FAILED (pytest ended with {code})'}")
    return sum(code != 0 for code in results.values())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
