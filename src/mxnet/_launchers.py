"""Which process of how many this is, by the variables that launchers set.

Read once, when the package is imported. What a launcher leaves out (Open MPI 5 and Slurm give
no address) is made from what all of its processes see alike.
"""

import hashlib
import itertools
import os
import re
import sys
from dataclasses import dataclass

from .error import MXNetError

__all__ = ["Place", "find", "Servant", "JOINED"]

JOINED = "MXNET_DIST_JOINED"  # the process that has joined: its children are no members


class Servant(Exception):
    """A role of MXNet's parameter server that there is no use for here."""


@dataclass(frozen=True)
class Place:
    """Where a process stands among its peers.

    Attributes
    ----------
    rank, size : int
    address : str            ``host:port`` of the coordination service
    local_rank : int or None     among the processes of this machine
    hosted : bool            the launcher runs the service; otherwise rank 0 has it started
    launcher : str           who set the variables, for messages
    """

    rank: int
    size: int
    address: str
    local_rank: int | None = None
    hosted: bool = False
    launcher: str = "mxnet.launch"


def _number(env, *names):
    """The first of these variables that is set, as a number; None where none is."""
    for name in names:
        text = env.get(name)
        if text:
            try:
                return int(text)
            except ValueError:
                raise MXNetError(
                    f"import mxnet: {name}={text!r} of the launcher: expected a number."
                ) from None
    return None


def _port(*seeds):
    """A port that is the same wherever these texts are."""
    digest = hashlib.sha256("|".join(seeds).encode()).digest()
    return 61440 + int.from_bytes(digest[:2], "big") % 4096


def _first_host(nodes):
    """The first name of Slurm's short form: ``gpu[003-005,9],login`` is ``gpu003``."""
    head = re.match(r"([^,\[]+)(?:\[([^\],-]+))?", nodes)
    return head.group(1) + (head.group(2) or "") if head else nodes


def _own(env):
    if "MXNET_DIST_RANK" not in env:
        return None
    hosted = env.get("MXNET_DIST_HOSTED") == "1"
    return (
        _number(env, "MXNET_DIST_RANK"),
        _number(env, "MXNET_DIST_SIZE"),
        env.get("MXNET_DIST_COORDINATOR"),
        _number(env, "MXNET_DIST_LOCAL_RANK"),
        hosted,
        "mxnet.launch",
    )


def _jax(env):
    """JAX's own, which Kubeflow Trainer sets too."""
    if "JAX_PROCESS_ID" not in env or "JAX_NUM_PROCESSES" not in env:
        return None
    rank, size = _number(env, "JAX_PROCESS_ID"), _number(env, "JAX_NUM_PROCESSES")
    return rank, size, env.get("JAX_COORDINATOR_ADDRESS"), None, False, "JAX_PROCESS_ID"


def _dmlc(env):
    """MXNet's own launchers."""
    role = env.get("DMLC_ROLE")
    if role is None:
        return None
    if role in ("scheduler", "server"):
        raise Servant(
            f"mxnet: DMLC_ROLE={role}: there are no {role}s here, the workers talk to each other. "
            "This process has nothing to do and ends."
        )
    if role != "worker":
        raise MXNetError(
            f"import mxnet: DMLC_ROLE: expected worker, server or scheduler, got {role!r}."
        )
    rank = _number(env, "DMLC_WORKER_ID", "DMLC_TASK_ID")
    size = _number(env, "DMLC_NUM_WORKER")
    host, port = env.get("DMLC_PS_ROOT_URI"), _number(env, "DMLC_PS_ROOT_PORT")
    if rank is None:
        raise MXNetError(
            "import mxnet: DMLC_ROLE=worker without DMLC_WORKER_ID: expected the number of this "
            "worker, from 0. Hint: set it, or start by python -m mxnet.launch."
        )
    return rank, size, f"{host}:{port}" if host and port else None, None, False, "DMLC_ROLE"


def _torchrun(env):
    if not {"RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"} <= env.keys():
        return None
    port = _number(env, "MASTER_PORT")
    if "TORCHELASTIC_RUN_ID" in env and port is not None:
        port += 1  # torchrun itself listens on the port
    return (
        _number(env, "RANK"),
        _number(env, "WORLD_SIZE"),
        f"{env['MASTER_ADDR']}:{port}",
        _number(env, "LOCAL_RANK"),
        False,
        "RANK and WORLD_SIZE",
    )


def _open_mpi(env):
    """Open MPI: version 4 gives the address of mpirun, version 5 the name of its machine."""
    rank = _number(env, "OMPI_COMM_WORLD_RANK")
    if rank is None:
        return None
    size, local = (
        _number(env, "OMPI_COMM_WORLD_SIZE"),
        _number(env, "OMPI_COMM_WORLD_LOCAL_RANK"),
    )
    uri, space = env.get("OMPI_MCA_orte_hnp_uri"), env.get("PMIX_NAMESPACE", "")
    # every process sees the same name of the job
    port = _port("ompi", uri or space or env.get("OMPI_MCA_ess_base_jobid", ""))
    found = re.search(r"tcp6?://\[?([^,:\]]+)", uri or "")
    found = found or re.fullmatch(r"(?:prterun|prte)-(.+)-\d+@\d+", space)
    host = found.group(1) if found else None
    if _number(env, "OMPI_COMM_WORLD_LOCAL_SIZE") == size:
        host = "127.0.0.1"
    return rank, size, f"{host}:{port}" if host else None, local, False, "OMPI_COMM_WORLD_RANK"


def _slurm(env):
    """Slurm, within ``srun``: a batch script itself is no member."""
    if "SLURM_JOB_ID" not in env or "SLURM_STEP_NODELIST" not in env:
        return None
    rank, size = _number(env, "SLURM_PROCID"), _number(env, "SLURM_STEP_NUM_TASKS", "SLURM_NTASKS")
    port = _port("slurm", env["SLURM_JOB_ID"], env.get("SLURM_STEP_ID", ""))
    address = f"{_first_host(env['SLURM_STEP_NODELIST'])}:{port}"
    return rank, size, address, _number(env, "SLURM_LOCALID"), False, "SLURM_PROCID"


def find(env=None, argv=None):
    """The place of this process; None where no launcher has set anything.

    Parameters
    ----------
    env : dict, optional             os.environ
    argv : list of str, optional     sys.orig_argv: the launcher itself is no member

    Raises
    ------
    MXNetError   variables that are incomplete or contradict each other
    Servant      a scheduler or server of MXNet's
    """
    env = os.environ if env is None else env
    if env.get("MXNET_DIST", "").lower() in ("0", "off"):
        return None
    if env.get(JOINED, str(os.getpid())) != str(os.getpid()):
        return None
    argv = sys.orig_argv if argv is None else argv
    if any(a == "-m" and b == "mxnet.launch" for a, b in itertools.pairwise(argv)):
        return None
    # Whoever starts the script itself comes before the cluster that all of it runs in.
    for look in (_own, _jax, _dmlc, _torchrun, _open_mpi, _slurm):
        found = look(env)
        if found is not None:
            break
    else:
        return None
    rank, size, address, local, hosted, launcher = found
    if look is not _own:
        address = env.get("MXNET_DIST_COORDINATOR") or env.get("JAX_COORDINATOR_ADDRESS") or address
    if size is None or rank is None or not 0 <= rank < size:
        raise MXNetError(
            f"import mxnet: the launcher's variables ({launcher}): expected a rank below the "
            f"number of processes, got rank {rank} of {size}. Hint: MXNET_DIST=off if this is no "
            "distributed run."
        )
    if size > 1 and not re.fullmatch(r".+:\d+", address or ""):
        raise MXNetError(
            f"import mxnet: rank {rank} of {size} ({launcher}): expected an address host:port "
            f"that all processes reach, got {address!r}. Hint: set MXNET_DIST_COORDINATOR to the "
            "machine of rank 0 and a free port."
        )
    return Place(rank, size, address or "", local, hosted, launcher)
