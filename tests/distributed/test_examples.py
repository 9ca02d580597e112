"""The example and the job scripts, as far as they can be checked without a cluster."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from mxnet import _launchers
from mxnet.launch import _parser
from support.groups import clean_environment, finish, start
from support.prepared import HANG

yaml = pytest.importorskip("yaml")  # it comes with pre-commit

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "examples" / "distributed"
SCRIPT = FOLDER / "train.py"
PAGES = [ROOT / "docs" / "distributed.md", ROOT / "docs" / "distributed.zh-CN.md"]


def accuracy(ended):
    return {float(x) for x in re.findall(r"squared weights ([\d.]+)", ended.out)}


def test_the_example_learns_and_goes_on(tmp_path):
    def run(*arguments):
        (ended,) = finish([start([*arguments], tmp_path, clean_environment())], 100)
        assert ended.code == 0, ended.err
        assert ended.err == ""
        return ended

    launch = ["-m", "mxnet.launch", "-n", "2", str(SCRIPT), "--folder"]
    whole = run(*launch, "a", "--epochs", "2")
    assert whole.out.count("accuracy 0.99") == 2
    run(*launch, "b", "--epochs", "1")
    resumed = run(*launch, "b", "--epochs", "2")
    assert resumed.out.count("goes on after step 32") == 2
    assert accuracy(whole) == accuracy(resumed)
    assert len(accuracy(whole)) == 1
    alone = run(str(SCRIPT), "--store", "local", "--folder", "c", "--epochs", "2")
    assert accuracy(alone).pop() == pytest.approx(accuracy(whole).pop(), abs=1e-3)


def options_of_the_script():
    return set(re.findall(r'add_argument\("(--[\w-]+)"', SCRIPT.read_text()))


@pytest.mark.parametrize("name", ["slurm.sh", "mpirun.sh"])
def test_job_scripts(name):
    text = (FOLDER / name).read_text()
    subprocess.run(["bash", "-n", FOLDER / name], check=True, timeout=HANG)
    assert "examples/distributed/train.py" in text
    given = set(re.findall(r"(--[\w-]+)", text.partition("train.py")[2].splitlines()[0]))
    assert given
    assert given <= options_of_the_script()
    if name == "slurm.sh":
        head = re.findall(r"^#SBATCH (--[\w-]+)", text, re.MULTILINE)
        assert {"--nodes", "--ntasks-per-node", "--requeue"} <= set(head)


def test_manifests():
    service, job = yaml.safe_load_all((FOLDER / "kubernetes.yaml").read_text())
    name, spec = job["metadata"]["name"], job["spec"]
    pod = spec["template"]["spec"]
    assert (service["kind"], service["spec"]["clusterIP"]) == ("Service", "None")
    assert service["spec"]["selector"] == {"job-name": name}
    assert pod["subdomain"] == service["metadata"]["name"]
    assert spec["completionMode"] == "Indexed"
    assert spec["completions"] == spec["parallelism"]
    (worker,) = pod["containers"]
    assert (ROOT / worker["command"][1]).is_file()
    env = {e["name"]: e.get("value", "1") for e in worker["env"]}
    place = _launchers.find(env, [])
    assert (place.rank, place.size) == (1, spec["completions"])
    # pods of an indexed job have such names; the service makes addresses of them
    assert place.address.partition(":")[0] == f"{name}-0.{service['metadata']['name']}"
    train = yaml.safe_load((FOLDER / "kubeflow.yaml").read_text())
    assert train["kind"] == "TrainJob"
    assert (ROOT / train["spec"]["trainer"]["command"][1]).is_file()
    for command in (worker["command"], train["spec"]["trainer"]["command"]):
        assert {w for w in command if w.startswith("--")} <= options_of_the_script()


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_commands_of_the_pages(page):
    lines = re.findall(r"^(?:python|sbatch|mpirun|kubectl) .*$", page.read_text(), re.MULTILINE)
    assert len(lines) == 5
    for line in lines:
        words = shlex.split(line)
        files = [w for w in words if w.startswith("examples/")]
        assert files
        assert all((ROOT / f).is_file() for f in files)
        if words[0] == "python":
            assert words[1:3] == ["-m", "mxnet.launch"]
            options = _parser().parse_args(words[3:])
            assert options.script == files[0]
            given = {w for w in options.arguments if w.startswith("--")}
            assert given <= options_of_the_script()
