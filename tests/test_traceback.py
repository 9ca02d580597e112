"""What users see of an error: their own line first, our message last, nothing of JAX's between."""

import inspect
import subprocess
import sys
import textwrap
import traceback
import warnings
from pathlib import Path

import pytest

import mxnet as mx
from mxnet import _config, autograd, gluon, nd
from mxnet._traceback import shown
from mxnet.error import InternalError, MXNetError
from mxnet.gluon import nn
from mxnet.gluon.contrib.estimator import BatchEnd, Estimator
from support.prepared import HANG

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


def classifier():
    net = mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=3, name="fc")
    return mx.sym.SoftmaxOutput(net, name="softmax")


def module():
    made = mx.mod.Module(classifier())
    made.bind([("data", (4, 3))], [("softmax_label", (4,))])
    made.init_params()
    return made


def rows(labels=(8,)):
    return mx.io.NDArrayIter(nd.ones((8, 3)), nd.ones(labels), 4)


def fails(*_):
    nd.dot(*pair())  # the user's line


class Failing(mx.io.DataIter):
    provide_data, provide_label = [("data", (4, 3))], [("softmax_label", (4,))]

    def __init__(self):
        super().__init__(4)

    def next(self):
        fails()


class Samples(gluon.data.Dataset):
    """Samples of shapes that differ, or none."""

    def __init__(self, fail=False):
        self.fail = fail

    def __len__(self):
        return 4

    def __getitem__(self, i):
        if self.fail:
            fails()
        return nd.ones((i + 1,))


class Handler(BatchEnd):
    def batch_end(self, *args, **kwargs):
        fails()


def estimate(labels=3, **options):
    net = nn.Dense(3)
    net.initialize()
    made = Estimator(net, gluon.loss.L2Loss(), train_metrics=mx.metric.MSE(), trainer=sgd(net))
    made.logger.setLevel(50)
    data = gluon.data.ArrayDataset(nd.ones((4, 2)), nd.ones((4, labels)))
    made.fit(gluon.data.DataLoader(data, 2), epochs=1, **options)


def loader(data, **options):
    for _ in gluon.data.DataLoader(data, 2, **options):
        pass


def store():
    made = mx.kv.create("device")
    made.init(3, nd.ones((2, 3)))
    return made


class FailingOp(mx.operator.CustomOp):
    def forward(self, is_train, req, in_data, out_data, aux):
        fails()


@mx.operator.register("failing_for_tracebacks")
class FailingProp(mx.operator.CustomOpProp):
    def create_operator(self, ctx, shapes, dtypes):
        return FailingOp()


def sgd(net):
    return gluon.Trainer(net.collect_params(), "sgd")


def trainer():
    net = nn.Dense(3, in_units=2)
    net.initialize()
    return sgd(net)


def metric(name, **options):
    mx.metric.create(name, **options).update([nd.ones(3)], [nd.ones((4, 2))])


FLAT = nd.ones((2,))


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
    "bind": (
        lambda: mx.mod.Module(classifier()).bind([("data", (4, 3))], [("softmax_label", (5, 2))]),
        "all data must have the same batch size",
        False,
    ),
    "bind names": (lambda: mx.mod.Module(classifier()).bind([("x", (4, 3))]), "match names", False),
    "fit": (lambda: mx.mod.Module(classifier()).fit(rows((8, 2)), num_epoch=1), "softmax", False),
    "fit optimizer": (
        lambda: mx.mod.Module(classifier()).fit(rows(), num_epoch=1, optimizer="none"),
        "Cannot find optimizer none",
        False,
    ),
    "callback": (
        lambda: mx.mod.Module(classifier()).fit(rows(), num_epoch=1, batch_end_callback=fails),
        "dot: the summed axes differ",
        True,
    ),
    "iterator": (
        lambda: mx.mod.Module(classifier()).fit(Failing(), num_epoch=1),
        "dot: the summed axes differ",
        True,
    ),
    "predict": (
        lambda: module().predict(mx.io.NDArrayIter(nd.ones((8, 5)), batch_size=4)),
        "fc_weight does not fit",
        False,
    ),
    "no optimizer": (lambda: module().update(), "there is no optimizer", False),
    "module file": (lambda: module().load_params("/no/file"), "No such file", False),
    "bucketing": (
        lambda: mx.mod.BucketingModule(
            lambda key: (classifier(), ("data",), ("softmax_label",)), default_bucket_key=1
        ).bind([("data", (4, 3))], [("softmax_label", (5, 2))]),
        "all data must have the same batch size",
        False,
    ),
    "estimator": (lambda: estimate(7), "label does not fit pred", False),
    "handler": (
        lambda: estimate(event_handlers=[Handler()]),
        "dot: the summed axes differ",
        True,
    ),
    "loader": (lambda: loader(Samples()), "have different shapes", False),
    "loader of threads": (
        lambda: loader(Samples(), num_workers=1, thread_pool=True),
        "have different shapes",
        False,
    ),
    "sample": (lambda: loader(Samples(True)), "dot: the summed axes differ", True),
    "sample in a thread": (
        lambda: loader(Samples(True), num_workers=1, thread_pool=True),
        "dot: the summed axes differ",
        True,
    ),
    "batch as a whole": (
        lambda: loader(
            gluon.data.ArrayDataset(nd.ones((4, 2, 3))).transform_first(
                gluon.data.vision.transforms.ToTensor()
            )
        ),
        "Input image must have shape",
        False,
    ),
    "batchify": (
        lambda: gluon.data.batchify.Stack()([nd.ones(2), nd.ones(3)]),
        "have different shapes",
        False,
    ),
    "prefetching": (lambda: next(mx.io.PrefetchingIter(Failing())), "summed axes", True),
    "resizing": (lambda: next(mx.io.ResizeIter(Failing(), 3)), "summed axes", True),
    "accuracy": (lambda: metric("acc"), "Accuracy: Shape of labels 3 does not match", False),
    "top k": (lambda: metric("top_k_accuracy", top_k=2), "does not match", False),
    "mse": (lambda: metric("mse"), "MSE: Shape of labels", False),
    "pearson": (lambda: metric("pearsonr"), "Shape of labels", False),
    "perplexity": (lambda: metric("perplexity", ignore_label=None), "Shape mismatch", False),
    "metrics": (lambda: metric(["acc", "mse"]), "does not match", False),
    "user's metric": (
        lambda: mx.metric.CustomMetric(fails).update([FLAT], [FLAT]),
        "dot: the summed axes differ",
        True,
    ),
    "push": (lambda: store().push(4, nd.ones((2, 3))), "has not been inited", False),
    "push shape": (lambda: store().push(3, nd.ones((2, 4))), "expected shape (2, 3)", False),
    "pushpull": (lambda: store().pushpull(3, nd.ones((2, 4))), "expected shape (2, 3)", False),
    "pull": (lambda: store().pull(3, out=nd.ones(2)), "shapes differ", False),
    "store's optimizer": (lambda: store().set_optimizer(3), "expected an Optimizer", False),
    "imdecode": (lambda: mx.image.imdecode(b"abc"), "Decoding failed", False),
    "imread": (lambda: mx.image.imread("/no/file.jpg"), "No such file", False),
    "crop": (lambda: mx.image.center_crop(FLAT, (3, 3)), "not an image", False),
    "augmenter": (lambda: mx.image.ResizeAug(3)(FLAT), "not an image", False),
    "augmenters": (
        lambda: [a(FLAT) for a in mx.image.CreateAugmenter((3, 2, 2))],
        "not an image",
        False,
    ),
    "images": (
        lambda: mx.image.ImageIter(2, (3, 4, 4), path_imglist="/no/file", path_root=""),
        "No such file",
        False,
    ),
    "records": (
        lambda: mx.io.ImageRecordIter(path_imgrec="/no/file", data_shape=(3, 2, 2), batch_size=2),
        "Cannot find any files",
        False,
    ),
    "record file": (lambda: mx.recordio.MXRecordIO("/no/file", "r"), "No such file", False),
    "csv": (lambda: mx.io.CSVIter(data_csv="/no", data_shape=(3,), batch_size=2), "files", False),
    "custom operator": (
        lambda: nd.Custom(FLAT, op_type="failing_for_tracebacks"),
        "dot: the summed axes differ",
        True,
    ),
    "trainer": (lambda: trainer().step(1), "not been updated by backward", False),
    "update": (lambda: trainer().update(1), "not been updated by backward", False),
    "initializer": (
        lambda: nn.Dense(3, in_units=2, weight_initializer="none").initialize(),
        "none is not registered",
        False,
    ),
    "value": (
        lambda: nn.Dense(3, in_units=2).weight.set_data(nd.ones((9, 9))),
        "",
        False,
    ),
    "parameters": (
        lambda: nn.Dense(3, in_units=2).load_parameters(__file__),
        "load:",
        False,
    ),
    "cell": (
        lambda: gluon.rnn.LSTMCell(3).unroll(3, nd.ones((2, 4, 3))),
        "expected 3 steps, got 4",
        False,
    ),
    "symbol": (lambda: mx.sym.FullyConnected(mx.sym.var("x")), "'num_hidden' is missing", False),
    "np operator": (lambda: mx.np.ones((2, 3)) + mx.np.ones((4, 5)), "broadcast together", False),
    "np function": (
        lambda: mx.np.concatenate([mx.np.ones((2, 3)), mx.np.ones((4, 5))]),
        "shapes differ",
        False,
    ),
    "gpu": (lambda: nd.ones(2, ctx=mx.gpu(99)), "no such device", False),
    "gpu array": (lambda: nd.array([1], ctx=mx.gpu(99)), "no such device", False),
    "gpu net": (
        lambda: nn.Dense(3, in_units=2).initialize(ctx=mx.gpu(99)),
        "no such device",
        False,
    ),
    "gpu split": (
        lambda: gluon.utils.split_and_load(nd.ones((4, 2)), [mx.gpu(99)]),
        "no such device",
        False,
    ),
}


def lines_of(error):
    return "".join(traceback.format_exception(error)).rstrip().splitlines()


@pytest.mark.parametrize("name", CASES)
def test_of_a_shape_that_does_not_fit(name):
    call, message, deeper = CASES[name]
    with pytest.raises(Exception) as caught:  # noqa: PT011 - the message is looked at below
        call()
    notes = getattr(caught.value, "__notes__", ())  # such as: which sample was being made
    lines = [line for line in lines_of(caught.value) if line not in notes]
    starts = [i for i, line in enumerate(lines) if line.startswith("Traceback")]
    assert len(starts) == 1 + (caught.value.__cause__ is not None)
    lines = lines[starts[-1] :]
    frames = [line for line in lines if line.startswith('  File "')]
    ours = [line for line in frames if PACKAGE in line]
    assert len(ours) <= 2, "\n".join(lines)
    assert all(line.startswith((f'  File "{PACKAGE}', f'  File "{__file__}')) for line in frames)
    assert message in lines[-1]
    assert str(caught.value).splitlines()[-1] in lines[-1]
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
        [sys.executable, program], capture_output=True, text=True, timeout=HANG, check=False
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


def test_what_the_user_raises_passes_as_it_is():
    def callback(_):
        raise ValueError("the user's")

    with pytest.raises(ValueError, match="the user's") as caught:
        mx.mod.Module(classifier()).fit(rows(), num_epoch=1, batch_end_callback=callback)
    frames = [line for line in lines_of(caught.value) if line.startswith('  File "')]
    assert frames[-1].endswith("in callback")
    assert sum(PACKAGE in line for line in frames) > 2


def test_what_happens_to_us_keeps_its_frames(monkeypatch):
    monkeypatch.setattr(mx.mod.Module, "_need", lambda self, where: len(3))  # a defect
    with pytest.raises(TypeError) as caught:
        module().update()
    assert sum(PACKAGE in line for line in lines_of(caught.value)) >= 2


def test_a_door_keeps_name_signature_and_documentation():
    update = mx.metric.EvalMetric.update
    assert (update.__name__, update.__module__) == ("update", "mxnet.metric")
    assert update.__doc__
    assert list(inspect.signature(update).parameters) == ["self", "labels", "preds"]


def test_warnings_name_the_users_line():
    net = nn.Dense(3, in_units=2)
    net.initialize()
    makers = [
        lambda: Estimator(net, gluon.loss.L2Loss()),
        lambda: mx.mod.Module(classifier(), label_names=["softmax_label", "none_label"]),
        lambda: module().init_optimizer(optimizer=mx.optimizer.SGD(rescale_grad=9)),
        lambda: classifier().infer_shape(),
    ]
    for make in makers:
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            make()
        assert seen
        assert {w.filename for w in seen} == {__file__}
