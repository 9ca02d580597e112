"""Groups of processes on this machine's loopback, with a hard end."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from support.prepared import Prepared

__all__ = ["Ended", "free_port", "start", "finish", "run_group"]

_OTHERS = ("MXNET_DIST", "JAX_", "DMLC_", "OMPI_", "SLURM_", "PMIX_")


@dataclass
class Ended:
    """What a process has left."""

    code: int
    out: str
    err: str


def free_port() -> int:
    """A port that nobody listens on, and that no connection or other worker gets meanwhile."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8
    while True:
        port = random.SystemRandom().randrange(10_000, 32_000, 8) + worker
        with contextlib.suppress(OSError), socket.socket() as s:
            s.bind(("127.0.0.1", port))
            return port


def clean_environment(**more: str) -> dict[str, str]:
    """The environment without any launcher's variables."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(_OTHERS)}
    return {**env, "JAX_PLATFORMS": "cpu", "OMP_NUM_THREADS": "1", **more}


def start(argv: list[str], cwd: Path, env: dict[str, str]) -> Prepared:
    """Start Python in a session of its own; what it prints goes to files."""
    out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115 - finish() closes
    process = Prepared(argv, out, err, cwd, env)
    process.files = out, err  # type: ignore[attr-defined]
    return process


def finish(processes: list[Prepared], limit: float = 180) -> list[Ended]:
    """Wait for processes, kill those that are still there at the limit, and read what they said.

    Those that are killed say first where each of their threads is.
    """
    end, found = time.monotonic() + limit, []
    for p in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            p.wait(max(0.1, end - time.monotonic()))
    late = [p for p in processes if p.poll() is None]
    for p in late:
        p.send_signal(signal.SIGUSR2)
    if late:
        time.sleep(1)
    for p in processes:
        if p in late:
            p.kill()
            p.wait()
        texts = []
        for file in p.files:  # type: ignore[attr-defined]
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
            file.close()
        found.append(Ended(-1000 if p in late else p.returncode, *texts))
    return found


def run_group(
    script: str,
    tmp_path: Path,
    n: int = 2,
    limit: float = 180,
    argv: list[str] | tuple[str, ...] = (),
    **more: str,
) -> list[Ended]:
    """Run a script as ``n`` ranks that join by variables, and wait for all of them."""
    path = tmp_path / "script.py"
    path.write_text(script)
    address = f"127.0.0.1:{free_port()}"
    return finish(
        [
            start(
                [str(path), *argv],
                tmp_path,
                clean_environment(
                    MXNET_DIST_RANK=str(r),
                    MXNET_DIST_SIZE=str(n),
                    MXNET_DIST_COORDINATOR=address,
                    **more,
                ),
            )
            for r in range(n)
        ],
        limit,
    )
