"""A checkpoint of several files is whole, or is refused; old sets stay."""

import os
import signal
import subprocess
import sys

import pytest

import mxnet as mx
from mxnet import gluon, nd
from mxnet._checkpoint import check_set, one_set
from mxnet.gluon.contrib.estimator import CheckpointHandler

# Is killed by itself before the n-th file takes its place.
KILLED = """
import os, signal, sys
import mxnet as mx
from mxnet import gluon, nd

what, folder, count, value = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
prefix = os.path.join(folder, "net")
data = mx.sym.Variable("data")
symbol = mx.sym.FullyConnected(data, num_hidden=2 if value < 5 else 3, name="fc")
module = mx.mod.Module(symbol, label_names=None)
module.bind([("data", (1, 4))])
module.init_params(mx.init.Constant(value))
module.init_optimizer(optimizer="adam")
net = gluon.nn.HybridSequential(prefix="n_")
net.add(gluon.nn.Dense(2 if value < 5 else 3, in_units=4, prefix="d_"))
net.initialize(mx.init.Constant(value))
net.hybridize()
net(nd.ones((1, 4))).wait_to_read()

replace, done = os.replace, []

def counted(source, target):
    if os.fspath(target).startswith(prefix):
        if len(done) == count:
            os.kill(os.getpid(), signal.SIGKILL)
        done.append(target)
    replace(source, target)

os.replace = counted
if what == "module":
    module.save_checkpoint(prefix, 1, save_optimizer_states=True)
elif what == "model":
    mx.model.save_checkpoint(prefix, 1, symbol, *module.get_params())
else:
    net.export(prefix, 1)
print(len(done), flush=True)
"""


def save(what, folder, count, value):
    """Save sets in a process that ends before its ``count``-th file; its output, or None."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED, what, str(folder), str(count), str(value)],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return None if done.returncode else int(done.stdout)


def load(what, prefix):
    """The values of a set."""
    if what == "export":
        net = gluon.SymbolBlock.imports(f"{prefix}-symbol.json", ["data"], f"{prefix}-0001.params")
        values = [p.data() for n, p in net.collect_params().items() if n.endswith("weight")]
        assert net(nd.ones((1, 4))).shape[1] == len(values[0])
    else:
        module = mx.mod.Module.load(prefix, 1, what == "module", label_names=None)
        module.bind([("data", (1, 4))])
        module.init_optimizer(optimizer="adam")
        values = [module.get_params()[0]["fc_weight"]]
    return [float(v.mean().asscalar()) for v in values]


@pytest.mark.parametrize(
    ("what", "kill"), [("module", 2), ("module", 3), ("model", 2), ("export", 2)]
)
def test_a_set_that_is_killed_is_refused_until_it_is_saved_again(what, kill, tmp_path):
    """File number 0 is the mark; number 1 and 2 the network and the parameters."""
    prefix = str(tmp_path / "net")
    written = save(what, tmp_path, 99, 1)
    assert written == (4 if what == "module" else 3)
    assert not [f for f in os.listdir(tmp_path) if f.endswith((".incomplete", ".tmp"))]
    assert load(what, prefix) == [1]
    assert save(what, tmp_path, kill, 7) is None  # another network, and not its parameters
    with pytest.raises(mx.error.FormatError, match="do not belong together"):
        load(what, prefix)
    assert save(what, tmp_path, 99, 7) == written
    assert load(what, prefix) == [7]


def test_an_error_before_the_first_file_leaves_the_old_set(tmp_path):
    name, other = str(tmp_path / "a.params"), str(tmp_path / "a.json")
    for path in (name, other):
        with open(path, "w") as f:
            f.write("old")
    with pytest.raises(ValueError, match="mine"), one_set(name, other):
        raise ValueError("mine")
    check_set(name)

    def fails():
        os.replace(other, name)
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"), one_set(name, other):
        fails()
    with pytest.raises(mx.error.FormatError, match=r"a\.incomplete"):
        check_set(name)
    with one_set(name, other):
        pass
    check_set(name)


def test_resuming_passes_over_a_set_that_is_not_whole(tmp_path):
    for k in (0, 1):
        (tmp_path / f"m-epoch{k}batch{k}.params").write_bytes(b"")
    handler = CheckpointHandler(str(tmp_path), "m")
    assert handler._find_max_iteration("m-epoch")[2] == "m-epoch1batch1"
    (tmp_path / "m-epoch1batch1.incomplete").write_text("")
    assert handler._find_max_iteration("m-epoch")[2] == "m-epoch0batch0"
