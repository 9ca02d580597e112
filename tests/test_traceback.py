"""What users see of an error: their own line first, our message last, nothing of JAX's between."""

import subprocess
import sys
import textwrap
import traceback
from pathlib import Path

import pytest

import mxnet as mx
from mxnet import _config, autograd, gluon, nd
from mxnet._traceback import shown
from mxnet.error import InternalError, MXNetError
from mxnet.gluon import nn

PACKAGE = str(Path(mx.__file__).parent)


def pair():
    return nd.ones((2, 3)), nd.ones((4, 5))


def product():
    return mx.sym.dot(mx.sym.var("x"), mx.sym.var("y"), name="product")


def layer(*, hybrid, nested=False):
    net = nn.Dense(3, in_units=4)
    for _ in range(3 * nested):
        outer = nn.HybridSequential()
        outer.add(net)
        net = outer
    net.initialize()
    net.hybridize(hybrid)
    return net


class Mine(gluon.HybridBlock):
    def hybrid_forward(self, F, x):
        return F.dot(x, x)  # the user's line


class Function(autograd.Function):
    def forward(self, x):
        return x * 2

    def backward(self, dy):
        return nd.dot(dy, dy)  # the user's line


def through_backward():
    x = nd.ones((2, 3))
    x.attach_grad()
    with autograd.record():
        y = Function()(x)
    y.backward()


def wrong_head():
    x = nd.ones((2, 3))
    x.attach_grad()
    with autograd.record():
        y = x * 2
    y.backward(nd.ones((4, 5)))


def fit():
    net = mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=3)
    net = mx.sym.SoftmaxOutput(mx.sym.Reshape(net, shape=(7, -1), name="seven"), name="softmax")
    data = mx.io.NDArrayIter(nd.ones((8, 3)), nd.ones((8,)), 4)
    mx.mod.Module(net).fit(data, num_epoch=1)


def block_of_symbols():
    net = mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=3)
    block = gluon.SymbolBlock(net, mx.sym.var("data"))
    block.initialize()
    block(nd.ones((2, 3)))
    block(nd.ones((2, 5)))


def updater():
    update = mx.optimizer.get_updater(mx.optimizer.SGD())
    update(0, nd.ones((4, 5)), nd.ones((2, 3)))


def eagerly():
    with_names = dict(zip("xy", pair()))
    product().bind(mx.cpu(), with_names).forward()


# name -> (what is called, a part of the message, whether a line of the user's lies deeper)
CASES = {
    "function": (lambda: nd.dot(*pair()), "dot: the summed axes differ", False),
    "keywords": (
        lambda: nd.FullyConnected(*pair(), no_bias=True, num_hidden=4),
        "weight does not fit data",
        False,
    ),
    "variadic": (lambda: nd.concat(*pair(), dim=0), "Concat: shapes differ", False),
    "method": (lambda: nd.ones((2, 3)).reshape((4, 5)), "cannot be reshaped", False),
    "operator": (lambda: pair()[0] + pair()[1], "could not be broadcast together", False),
    "in place": (lambda: pair()[0].__iadd__(pair()[1]), "could not be broadcast together", False),
    "random": (lambda: nd.random.normal(shape=(2, -3)), "_random_normal", False),
    "barrier": (
        lambda: nd.contrib.boolean_mask(nd.ones((2, 3)), nd.ones((5,))),
        "the mask does not fit",
        False,
    ),
    "layer": (lambda: layer(hybrid=False)(nd.ones((2, 3))), "weight does not fit data", False),
    "nested": (
        lambda: layer(hybrid=False, nested=True)(nd.ones((2, 3))),
        "weight does not fit data",
        False,
    ),
    "hybridized": (
        lambda: layer(hybrid=True, nested=True)(nd.ones((2, 3))),
        "weight does not fit data",
        False,
    ),
    "user's block": (lambda: Mine()(nd.ones((2, 3))), "dot: the summed axes differ", True),
    "loss": (lambda: gluon.loss.L2Loss()(*pair()), "label does not fit pred", False),
    "user's gradient": (through_backward, "dot: the summed axes differ", True),
    "head gradient": (wrong_head, "out_grad does not fit", False),
    "infer_shape": (lambda: product().infer_shape(x=(2, 3), y=(4, 5)), "operator product", False),
    "simple_bind": (
        lambda: product().simple_bind(mx.cpu(), x=(2, 3), y=(4, 5)),
        "operator product",
        False,
    ),
    "executor": (eagerly, "operator product", False),
    "eval": (lambda: product().eval(**dict(zip("xy", pair()))), "operator product", False),
    "cached": (lambda: nd.CachedOp(product())(*pair()), "operator product", False),
    "symbol block": (block_of_symbols, "weight does not fit data", False),
    "module": (fit, "operator seven", False),
    "updater": (updater, "", False),
}


def lines_of(error):
    return "".join(traceback.format_exception(error)).rstrip().splitlines()


@pytest.mark.parametrize("name", CASES)
def test_of_a_shape_that_does_not_fit(name):
    call, message, deeper = CASES[name]
    with pytest.raises(MXNetError) as caught:
        call()
    lines = lines_of(caught.value)
    frames = [line for line in lines if line.startswith('  File "')]
    ours = [line for line in frames if PACKAGE in line]
    assert len(ours) <= 2, "\n".join(lines)
    assert all(line.startswith((f'  File "{PACKAGE}', f'  File "{__file__}')) for line in frames)
    assert message in lines[-1]
    assert str(caught.value).splitlines()[-1] in lines[-1]
    assert sum(line.startswith("Traceback") for line in lines) == 1
    assert any("# the user's line" in line for line in lines) == deeper


def test_a_program_ends_with_the_message(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        textwrap.dedent(
            """\
            import mxnet as mx
            net = mx.gluon.nn.Dense(3, in_units=4)
            net.initialize()
            net.hybridize()
            net(mx.nd.ones((2, 3)))
            """
        )
    )
    run = subprocess.run(
        [sys.executable, program], capture_output=True, text=True, timeout=120, check=False
    )
    lines = run.stderr.rstrip().splitlines()
    assert lines[:2] == [
        "Traceback (most recent call last):",
        f'  File "{program}", line 5, in <module>',
    ]
    assert lines[-1].startswith("mxnet.error.ShapeError: FullyConnected: weight does not fit data")
    assert "JAX" not in run.stderr
    assert run.stderr.count('  File "') == 2


def test_what_the_user_was_handling_stays():
    try:
        raise KeyError("the user's")
    except KeyError:
        with pytest.raises(MXNetError) as caught:
            nd.dot(*pair())
    assert any('KeyError: "the user\'s"' in line for line in lines_of(caught.value))


def test_what_it_was_raised_from_stays():
    error = MXNetError("ours")
    error.__cause__ = ValueError("theirs")
    assert any("ValueError: theirs" in line for line in lines_of(shown(error)))


def test_notes_of_others_stay():
    error = MXNetError("ours")
    error.add_note("sample 3")
    error.add_note("Set JAX_TRACEBACK_FILTERING=off to include these.")
    assert shown(error).__notes__ == ["sample 3"]


def test_everything_on_request():
    old = _config.set_option("full_tracebacks", True)
    try:
        with pytest.raises(MXNetError) as caught:
            nd.dot(*pair())
    finally:
        _config.set_option("full_tracebacks", old)
    assert sum(PACKAGE in line for line in lines_of(caught.value)) > 4


def test_defects_keep_their_frames():
    def fails():
        raise InternalError("a defect")

    with pytest.raises(InternalError) as caught:
        fails()
    before = lines_of(caught.value)
    assert lines_of(shown(caught.value)) == before
