"""The peers' virtual environments, made on first use under ``benchmarks/.envs/``."""

import contextlib
import fcntl
import json
import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parent.parent
REPOSITORY = BENCHMARKS.parent
ENVIRONMENTS = BENCHMARKS / ".envs"
INSTALL_SECONDS = 1800


class Unavailable(Exception):
    """A peer that cannot take part; the text says why."""


@dataclass(frozen=True)
class Environment:
    """A virtual environment: each entry of ``installs`` is the arguments of one ``pip install``."""

    name: str
    installs: tuple = ()
    path: tuple = ()  # folders for PYTHONPATH
    variables: tuple = ()  # (name, value) pairs

    @property
    def is_own(self):
        """True for the interpreter that runs the benchmark itself."""
        return not self.installs

    @property
    def python(self):
        return Path(sys.executable) if self.is_own else ENVIRONMENTS / self.name / "bin" / "python"

    def ensure(self, say=print):
        """Make the environment unless an identical one is there.

        Raises
        ------
        Unavailable   if ``pip`` fails, with the last line it wrote
        """
        if self.is_own:
            return
        folder = ENVIRONMENTS / self.name
        wanted = [sys.version, *map(list, self.installs)]
        stamp = folder / "made.json"
        ENVIRONMENTS.mkdir(exist_ok=True)
        with open(ENVIRONMENTS / f"{self.name}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # two runs started together install once
            made = []
            with contextlib.suppress(FileNotFoundError):
                made = json.loads(stamp.read_text())
            if made == wanted:
                return
            say(f"making the environment of {self.name} (once)")
            if not made or made != wanted[: len(made)]:  # else only the rest is missing
                with contextlib.suppress(FileNotFoundError):
                    stamp.unlink()
                venv.create(folder, with_pip=True, clear=True)
                made = wanted[:1]
            for arguments in wanted[len(made) :]:
                self.install(arguments)
            stamp.write_text(json.dumps(wanted))

    def install(self, arguments):
        command = [str(self.python), "-m", "pip", "install", "-q", *arguments]
        try:
            done = subprocess.run(
                command, check=False, capture_output=True, text=True, timeout=INSTALL_SECONDS
            )
        except subprocess.TimeoutExpired:
            raise Unavailable(
                f"pip install {' '.join(arguments)}: not done in {INSTALL_SECONDS} s"
            ) from None
        if done.returncode:
            lines = [line for line in done.stderr.splitlines() if line.strip()]
            raise Unavailable(
                f"pip install {' '.join(arguments)} failed: {lines[-1] if lines else 'no message'}"
            )

    def process_environment(self, threads):
        """The environment variables of a worker in here; ``threads`` 0 leaves the choice to it."""
        variables = dict(os.environ)
        variables.pop("PYTHONHOME", None)
        variables["PYTHONPATH"] = os.pathsep.join(map(str, self.path))
        variables["BENCHMARK_THREADS"] = str(threads)
        if threads:
            for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
                variables[name] = str(threads)
        variables.update(self.variables)
        return variables


def torch_installs(index):
    """What the PyTorch environment installs; ``index`` is the address of an index of CPU wheels."""
    where = ("--index-url", index) if index else ()
    return (("torch==2.13.0", *where), ("numpy",), ("pillow",))


OURS = Environment("ours", path=(REPOSITORY / "src",))
JAX = Environment("jax")
TORCH = Environment(
    "torch",
    installs=torch_installs(os.environ.get("BENCHMARK_TORCH_INDEX")),
    # What torch.compile has made stays for the next run, and no processes of its own stay awake.
    variables=(
        ("TORCHINDUCTOR_CACHE_DIR", str(ENVIRONMENTS / "torch-compiled")),
        ("TORCHINDUCTOR_COMPILE_THREADS", "1"),
    ),
)
MXNET191 = Environment(
    "mxnet191",
    # MXNet 1.9.1 pins versions of NumPy and requests that no current Python has.
    installs=(("numpy<2", "requests", "graphviz"), ("--no-deps", "mxnet==1.9.1")),
    path=(BENCHMARKS / "shims" / "mxnet191",),
    variables=(("BENCHMARK_TRUST_IDX_FILES", "1"),),
)
