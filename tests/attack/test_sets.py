"""A checkpoint of several files is whole, or is refused; old sets stay."""

import os
import signal

import pytest

import mxnet as mx
from mxnet import gluon, nd
from mxnet._checkpoint import check_set, one_set
from mxnet.gluon.contrib.estimator import CheckpointHandler
from support import prepared

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
    done = prepared.run(["-c", KILLED, what, folder, count, value])
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
    """File number 0 is the manifest; number 1 and 2 the network and the parameters."""
    prefix = str(tmp_path / "net")
    written = save(what, tmp_path, 99, 1)
    assert written == (5 if what == "module" else 4)  # the manifest at both ends
    assert not [f for f in os.listdir(tmp_path) if f.endswith(".tmp")]
    assert load(what, prefix) == [1]
    assert save(what, tmp_path, kill, 7) is None  # another network, and not its parameters
    with pytest.raises(mx.error.FormatError, match="do not belong together"):
        load(what, prefix)
    assert save(what, tmp_path, 99, 7) == written
    assert load(what, prefix) == [7]


def saved(prefix, epoch, value, hidden=2):
    """A set of three files, in this process."""
    data = mx.sym.Variable("data")
    module = mx.mod.Module(
        mx.sym.FullyConnected(data, num_hidden=hidden, name="fc"), label_names=None
    )
    module.bind([("data", (1, 4))])
    module.init_params(mx.init.Constant(value))
    module.init_optimizer(optimizer="adam")
    module.save_checkpoint(prefix, epoch, save_optimizer_states=True)
    return module


REFUSED = pytest.raises(mx.error.FormatError, match="do not belong together")


@pytest.mark.parametrize("ending", [".params", ".states", "-symbol.json"])
def test_a_mixture_of_two_sets_is_refused(ending, tmp_path):
    """A file of one set over that of another, as copying by hand does; removing the manifest reads
    the files as they are.
    """
    a, b = str(tmp_path / "a"), str(tmp_path / "b")
    saved(a, 1, 1)
    saved(b, 1, 2)
    mx.mod.Module.load(a, 1, True, label_names=None)
    middle = "-0001" if ending != "-symbol.json" else ""
    with open(f"{b}{middle}{ending}", "rb") as f:
        content = f.read()
    if ending == "-symbol.json":
        content = content.replace(b'"num_hidden": "2"', b'"num_hidden": "3"')
    if ending == ".states":
        content = content[:-1] + bytes([content[-1] ^ 1])  # no step was made: they are the same
    with open(f"{a}{middle}{ending}", "wb") as f:
        f.write(content)
    with REFUSED:
        mx.mod.Module.load(a, 1, True, label_names=None)
    os.unlink(f"{a}-0001.manifest")
    mx.mod.Module.load(a, 1, True, label_names=None)


def test_a_file_that_was_cut_off_is_refused_by_its_manifest(tmp_path):
    prefix = str(tmp_path / "a")
    saved(prefix, 1, 1)
    size = os.path.getsize(f"{prefix}-0001.params")
    os.truncate(f"{prefix}-0001.params", size - 1)
    with REFUSED:
        mx.model.load_params(prefix, 1)


def test_an_old_set_is_refused_after_its_network_was_replaced(tmp_path):
    """All epochs share the file of the network."""
    prefix = str(tmp_path / "a")
    saved(prefix, 1, 1)
    saved(prefix, 2, 2)
    assert load("module", prefix) == [1]
    saved(prefix, 3, 3, hidden=3)
    with REFUSED:
        mx.model.load_checkpoint(prefix, 1)
    assert mx.model.load_params(prefix, 1)[0]["fc_weight"].shape == (2, 4)
    assert mx.model.load_checkpoint(prefix, 3)[1]["fc_weight"].shape == (3, 4)


def test_what_a_program_writes_itself_is_read(tmp_path):
    """As programs of 1.x do: other arrays, or another network, in the place of a set's."""
    prefix = str(tmp_path / "a")
    module = saved(prefix, 1, 1)
    saved(prefix, 2, 2)
    named = mx.nd.load(f"{prefix}-0001.params")
    mx.nd.save(f"{prefix}-0001.params", {k: v * 7 for k, v in named.items()})
    assert load("module", prefix) == [7]
    mx.sym.identity(module.symbol, name="other").save(f"{prefix}-symbol.json")
    assert mx.model.load_checkpoint(prefix, 2)[0].list_outputs() == ["other_output"]


def test_two_processes_that_write_one_set(tmp_path):
    """While they do, a reader gets what one of them wrote, or is refused."""
    prefix = str(tmp_path / "net")
    save("model", tmp_path, 99, 1)
    with open(tmp_path / "said", "w") as said:
        writers = [prepared.Prepared(["-c", RACING, prefix, v], said, said) for v in (1, 7)]
    seen, refusals = set(), set()
    try:
        while any(w.poll() is None for w in writers):
            try:
                symbol, args, _ = mx.model.load_checkpoint(prefix, 1)
            except mx.MXNetError as e:
                refusals.add(str(e).partition(": expected")[0])
                continue
            weight = args["fc_weight"]
            hidden = symbol.attr_dict()["fc"]["num_hidden"]
            value = float(weight.mean().asscalar())
            assert (hidden, weight.shape[0], value) in (("2", 2, 1), ("3", 3, 7))
            seen.add(value)
    finally:
        for w in writers:
            w.kill()
            w.wait()
    assert [w.returncode for w in writers] == [0, 0]
    assert seen
    assert all("do not belong together" in text for text in refusals)
    try:  # whoever wrote last, or a refusal until it is saved again
        symbol, args, _ = mx.model.load_checkpoint(prefix, 1)
        assert symbol.attr_dict()["fc"]["num_hidden"] == str(len(args["fc_weight"]))
    except mx.error.FormatError:
        pass
    saved(prefix, 1, 1)
    assert load("module", prefix) == [1]


RACING = """
import sys
import mxnet as mx

prefix, value, rounds = sys.argv[1], float(sys.argv[2]), int((sys.argv + [20])[3])
hidden = 2 if value < 5 else 3
symbol = mx.sym.FullyConnected(mx.sym.Variable("data"), num_hidden=hidden, name="fc")
args = {"fc_weight": mx.nd.full((hidden, 4), value), "fc_bias": mx.nd.zeros((hidden,))}
for _ in range(rounds):
    mx.model.save_checkpoint(prefix, 1, symbol, args, {})
"""


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
    with pytest.raises(mx.error.FormatError, match=r"a\.manifest: its writer was ended"):
        check_set(name)
    with one_set(name, other):
        pass
    check_set(name)


def test_resuming_passes_over_a_set_that_is_not_whole(tmp_path):
    for k in (0, 1):
        (tmp_path / f"m-epoch{k}batch{k}.params").write_bytes(b"")
    handler = CheckpointHandler(str(tmp_path), "m")
    assert handler._find_max_iteration("m-epoch")[2] == "m-epoch1batch1"
    (tmp_path / "m-epoch1batch1.manifest").write_text("")
    assert handler._find_max_iteration("m-epoch")[2] == "m-epoch0batch0"
