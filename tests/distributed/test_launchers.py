"""Which process of how many: the variables of each launcher."""

import os

import pytest

from mxnet import _launchers
from mxnet._launchers import Place, Servant, find
from mxnet.error import MXNetError
from support import prepared

OMPI = {
    "OMPI_COMM_WORLD_RANK": "3",
    "OMPI_COMM_WORLD_SIZE": "4",
    "OMPI_COMM_WORLD_LOCAL_RANK": "1",
    "OMPI_COMM_WORLD_LOCAL_SIZE": "2",
}
SLURM = {
    "SLURM_JOB_ID": "123",
    "SLURM_STEP_ID": "0",
    "SLURM_STEP_NODELIST": "node[007-010,12],big1",
    "SLURM_STEP_NUM_TASKS": "8",
    "SLURM_NTASKS": "16",
    "SLURM_PROCID": "5",
    "SLURM_LOCALID": "1",
}
TORCH = {"MASTER_ADDR": "h", "MASTER_PORT": "29500", "RANK": "1", "WORLD_SIZE": "2"}
DMLC = {
    "DMLC_ROLE": "worker",
    "DMLC_PS_ROOT_URI": "10.0.0.1",
    "DMLC_PS_ROOT_PORT": "9091",
    "DMLC_NUM_WORKER": "2",
    "DMLC_WORKER_ID": "1",
}
JAX = {
    "JAX_COORDINATOR_ADDRESS": "a-node-0-0.a:29500",
    "JAX_NUM_PROCESSES": "2",
    "JAX_PROCESS_ID": "1",
}
OWN = {
    "MXNET_DIST_RANK": "0",
    "MXNET_DIST_SIZE": "2",
    "MXNET_DIST_COORDINATOR": "127.0.0.1:5000",
    "MXNET_DIST_LOCAL_RANK": "0",
    "MXNET_DIST_HOSTED": "1",
}


@pytest.mark.parametrize(
    ("env", "rank", "size", "host", "local", "hosted"),
    [
        (OWN, 0, 2, "127.0.0.1:5000", 0, True),
        (JAX, 1, 2, "a-node-0-0.a:29500", None, False),
        (DMLC, 1, 2, "10.0.0.1:9091", None, False),
        ({**DMLC, "DMLC_WORKER_ID": "", "DMLC_TASK_ID": "0"}, 0, 2, "10.0.0.1:9091", None, False),
        (TORCH, 1, 2, "h:29500", None, False),
        ({**TORCH, "TORCHELASTIC_RUN_ID": "x", "LOCAL_RANK": "1"}, 1, 2, "h:29501", 1, False),
        (
            {**OMPI, "OMPI_MCA_orte_hnp_uri": "1531576320.0;tcp://10.96.0.1,10.0.0.2:34911"},
            *(3, 4, "10.96.0.1", 1, False),
        ),
        ({**OMPI, "PMIX_NAMESPACE": "prterun-my-host-7-4711@1"}, 3, 4, "my-host-7", 1, False),
        ({**OMPI, "OMPI_COMM_WORLD_LOCAL_SIZE": "4"}, 3, 4, "127.0.0.1", 1, False),
        (SLURM, 5, 8, "node007", 1, False),
        ({**SLURM, "SLURM_STEP_NODELIST": "alone,other"}, 5, 8, "alone", 1, False),
        ({**SLURM, **OMPI, "PMIX_NAMESPACE": "prterun-a-1@1"}, 3, 4, "a", 1, False),
        ({**SLURM, **JAX}, 1, 2, "a-node-0-0.a:29500", None, False),
        ({**SLURM, "MXNET_DIST_COORDINATOR": "x:1"}, 5, 8, "x:1", 1, False),
    ],
)
def test_who_is_found(env, rank, size, host, local, hosted):
    found = find(env, ["python", "train.py"])
    assert (found.rank, found.size, found.local_rank, found.hosted) == (rank, size, local, hosted)
    name, _, port = found.address.rpartition(":")
    assert found.address == host or (name == host and 61440 <= int(port) < 65536)


def test_all_processes_of_a_job_find_the_same_address():
    for base, names in ((OMPI, "OMPI_COMM_WORLD_RANK"), (SLURM, "SLURM_PROCID")):
        env = {**base, "PMIX_NAMESPACE": "prterun-a-1@1"}
        addresses = {find({**env, names: str(r)}, []).address for r in range(4)}
        assert len(addresses) == 1
    other = find({**SLURM, "SLURM_STEP_ID": "1"}, []).address
    assert other != find(SLURM, []).address


@pytest.mark.parametrize(
    ("env", "argv"),
    [
        ({}, []),
        ({"SLURM_JOB_ID": "1", "SLURM_PROCID": "0", "SLURM_NTASKS": "4"}, []),  # a batch script
        ({"RANK": "0", "WORLD_SIZE": "2"}, []),
        ({**OWN, "MXNET_DIST": "off"}, []),
        (OWN, ["python", "-m", "mxnet.launch", "-n", "2"]),
        ({**OWN, _launchers.JOINED: "1"}, []),  # somebody's child
    ],
)
def test_who_is_no_member(env, argv):
    assert find(env, argv) is None


def test_who_has_joined_is_a_member_still():
    assert find({**OWN, _launchers.JOINED: str(os.getpid())}, []) == Place(
        0, 2, "127.0.0.1:5000", 0, True, "mxnet.launch"
    )


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({**OWN, "MXNET_DIST_RANK": "x"}, "MXNET_DIST_RANK='x'.*expected a number"),
        ({**OWN, "MXNET_DIST_RANK": "2"}, "got rank 2 of 2"),
        ({**JAX, "JAX_COORDINATOR_ADDRESS": ""}, "rank 1 of 2.*host:port.*got"),
        ({**DMLC, "DMLC_WORKER_ID": ""}, "without DMLC_WORKER_ID"),
        ({**DMLC, "DMLC_ROLE": "boss"}, "got 'boss'"),
        ({**OMPI, "PMIX_NAMESPACE": "strange"}, "rank 3 of 4.*MXNET_DIST_COORDINATOR"),
    ],
)
def test_what_is_wrong_is_said(env, words):
    with pytest.raises(MXNetError, match=words):
        find(env, [])


@pytest.mark.parametrize("role", ["scheduler", "server"])
def test_servants_end(role):
    with pytest.raises(Servant, match=role):
        find({**DMLC, "DMLC_ROLE": role}, [])


def test_a_scheduler_ends_with_a_note():
    env = {**os.environ, **DMLC, "DMLC_ROLE": "scheduler"}
    done = prepared.run(["-c", "import mxnet; print('never')"], env=env)
    assert (done.returncode, done.stdout) == (0, "")
    assert "DMLC_ROLE=scheduler: there are no schedulers here" in done.stderr
