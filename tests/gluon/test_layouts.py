"""Parameter files of every layout that MXNet 1.9.1 wrote, into blocks of other names."""

import json
import pathlib

import numpy as onp
import pytest

import mxnet as mx
from mxnet import gluon, nd
from mxnet.gluon import nn, rnn

FILES = pathlib.Path(__file__).parents[1] / "data" / "gluon" / "layouts"
RECORDED = json.loads((FILES / "loaded.json").read_text())


class Net(gluon.HybridBlock):
    """An embedding, a recurrent layer, a body."""

    def __init__(self, **kw):
        super().__init__(**kw)
        with self.name_scope():
            self.emb = nn.Embedding(5, 3)
            self.lstm = rnn.LSTM(2)
            self.body = nn.HybridSequential(prefix="body_")
            with self.body.name_scope():
                self.body.add(nn.Dense(3, in_units=2))
                self.body.add(nn.BatchNorm(in_channels=3))

    def hybrid_forward(self, F, x):
        return self.body(self.lstm(self.emb(x)).reshape((-1, 2)))


def sequential(prefix=None):
    net = nn.HybridSequential(prefix=prefix)
    with net.name_scope():
        net.add(nn.Dense(3, in_units=2), nn.BatchNorm(in_channels=3))
    return net


MAKERS = {
    "net": lambda prefix=None: Net(prefix=prefix),
    "seq": sequential,
    "lstm": lambda prefix=None: rnn.LSTM(2, input_size=3, prefix=prefix),
    "dense": lambda prefix=None: nn.Dense(3, in_units=2, prefix=prefix),
}


def sums(block):
    by_name = sorted(block.collect_params().values(), key=lambda p: p.name)
    return [float(p.data().sum().asscalar()) for p in by_name]


def written(kind):
    """What the files of a kind hold, as the recording program numbered it."""
    return RECORDED[f"{kind}.full.params"]["collect"]


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_every_layout_loads(name, monkeypatch):
    kind = name.split(".")[0]
    path, reads = str(FILES / name), []
    for module in (gluon.block, gluon.parameter):
        original = module._load
        monkeypatch.setattr(module, "_load", lambda f, own=original: reads.append(f) or own(f))
    same = MAKERS[kind](f"{kind}_")
    same.load_parameters(path)
    assert sums(same) == written(kind)
    assert reads == [path]
    deprecated = MAKERS[kind](f"{kind}_")
    with pytest.warns(DeprecationWarning, match="load_parameters"):
        deprecated.load_params(path)
    assert sums(deprecated) == written(kind)


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_what_loaded_in_the_original_loads_here(name):
    kind = name.split(".")[0]
    for how, expected in RECORDED[name].items():
        block = MAKERS[kind](None if "other" in how else f"{kind}_")
        path = str(FILES / name)

        def load(how=how, block=block, path=path):
            if "load_parameters" in how or "load_params" in how:
                block.load_parameters(path)
            elif how == "collect":
                block.collect_params().load(path)
            else:
                block.collect_params().load(path, restore_prefix=block.prefix)

        if isinstance(expected, list):
            load()
            assert sums(block) == expected, how
        elif "collect" in how:  # load_parameters of ours reads more
            with pytest.raises(AssertionError, match=r"is missing in file .*which holds"):
                load()


@pytest.mark.parametrize("kind", sorted(MAKERS))
@pytest.mark.parametrize("strip", [True, False])
def test_our_own_files(kind, strip, tmp_path):
    path = str(tmp_path / "p")
    one = MAKERS[kind](None)
    one.load_parameters(str(FILES / f"{kind}.structure.params"))
    one.collect_params().save(path, strip_prefix=one.prefix if strip else "")
    other = MAKERS[kind](None if strip else one.prefix)
    other.load_parameters(path)
    assert sums(other) == written(kind)


def test_the_message_names_the_nearest(tmp_path):
    path = str(tmp_path / "p")
    ones = nd.ones((3, 2))
    nd.save(path, {"seq_dense0_wieght": ones, "zz": ones})
    with pytest.raises(AssertionError, match=r"'0.weight' is missing.*'seq_dense0_wieght'"):
        sequential("seq_").load_parameters(path)
    nd.save(path, {"dense0_weight": ones, "dense0_bais": nd.ones(3)})
    with pytest.raises(AssertionError, match=r"'seq_dense0_bias'.*'seq_dense0_bais'"):
        sequential("seq_").load_parameters(path)
    with pytest.raises(AssertionError, match=r"'seq_dense0_bais', which is no parameter.*_bias'"):
        sequential("seq_").load_parameters(path, allow_missing=True)
    sequential("seq_").load_parameters(path, allow_missing=True, ignore_extra=True)
    nd.save(path, {"0.weight": ones, "zz": ones})
    with pytest.raises(ValueError, match="'zz', which is no parameter"):
        sequential("seq_").load_parameters(path, allow_missing=True)


def test_a_prefix_that_is_not_there():
    dense = nn.Dense(2, in_units=2, prefix="d_")
    with pytest.raises(AssertionError, match=r"restore_prefix='e_': the name 'd_weight'.*'d_'"):
        dense.collect_params().load_dict({"weight": nd.ones((2, 2))}, restore_prefix="e_")
    dense.collect_params().load_dict(
        {"weight": nd.ones((2, 2))}, restore_prefix="d_", allow_missing=True
    )
    onp.testing.assert_array_equal(dense.weight.data().asnumpy(), onp.ones((2, 2)))


@pytest.mark.parametrize("layout", ["weight bias", "d_weight d_bias", "arg:d_weight arg:d_bias"])
def test_types(layout, tmp_path):
    path = str(tmp_path / "p")
    weight, bias = layout.split()
    nd.save(path, {weight: nd.ones((2, 2), dtype="float16"), bias: nd.ones(2, dtype="float16")})
    with pytest.raises(AssertionError, match=r"expected dtype .*float32.*, got .*float16.*cast_dt"):
        nn.Dense(2, in_units=2, prefix="d_").load_parameters(path)
    for source, expected in (("current", "float32"), ("saved", "float16")):
        dense = nn.Dense(2, in_units=2, prefix="d_")
        dense.load_parameters(path, cast_dtype=True, dtype_source=source)
        assert dense.weight.data().dtype == onp.dtype(expected)
    with pytest.raises(ValueError, match="expected 'current' or 'saved', got 'xx'"):
        nn.Dense(2, in_units=2, prefix="d_").load_parameters(
            path, cast_dtype=True, dtype_source="xx"
        )


def test_contexts(tmp_path):
    two = [mx.cpu(0), mx.cpu(1)]
    net = sequential()
    net.load_parameters(str(FILES / "seq.stripped.params"), ctx=two)
    assert net[0].weight.list_ctx() == two
