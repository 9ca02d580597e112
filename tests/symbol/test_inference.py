"""What shapes flow where, which gradients are needed, what executors share: as 1.9.1 was recorded.

The data files hold programs with the answers of MXNet 1.9.1; a shape is [] where it knew nothing,
a dimension 0 where it was open.
"""

import json
import pathlib
from itertools import chain

import numpy as onp
import pytest

import mxnet as mx
from mxnet import nd
from mxnet._graph.complete import Completion
from mxnet.error import MXNetError, ShapeError

DATA = pathlib.Path(__file__).parents[1] / "data" / "symbol"
SHAPES = json.loads((DATA / "infer_shape.json").read_text())
REFUSALS = json.loads((DATA / "infer_refused.json").read_text())
BACKWARD = json.loads((DATA / "backward_without_gradients.json").read_text())

V = mx.sym.Variable
NAMES = {"mx": mx, "sym": mx.sym, "V": V}

# programs where we differ, and why
REFUSED = {
    "sym.stack(V('a'),V('b')) {'a': [3, 4], 'b': [3, 5]}": "arrays of two shapes do not stack",
    "sym.UpSampling(V('a'),scale=2,sample_type='bilinear',num_filter=3,name='u') "
    "{'a': [1, 2, 4, 4]}": "num_filter contradicts the image, as running it says in 1.9.1, too",
    "sym.BatchNorm(V('d'),moving_mean=V('m',shape=(9,)),name='b') {'d': [2, 3, 4]}": "the declared "
    "shape of a state contradicts the data, 1.9.1 overlooks it",
}
OPEN = {
    "sym.concat(V('a'),V('b'),dim=1) {'a': [2, 3]}": "1.9.1 counts an open dimension as 0",
}


def called(row):
    return f"{row['code']} {row['shapes']}"


def made(code):
    return eval(code, dict(NAMES))  # noqa: S307  recorded programs of ours


def listed(found):
    return [None if part is None else [list(s) for s in part] for part in found]


def test_shapes_flow_where_the_original_lets_them():
    wrong = []
    for row in SHAPES:
        name = called(row)
        symbol = made(row["code"])
        given = {k: tuple(s) for k, s in row["shapes"].items()}
        if symbol.list_arguments() != row["arguments"]:
            wrong.append(f"{name}: arguments {symbol.list_arguments()}")
        if name in REFUSED:
            with pytest.raises(MXNetError):
                symbol.infer_shape(**given)
            continue
        if isinstance(row["full"], list) and row["full"][0] is not None:
            found = listed(symbol.infer_shape(**given))
            if found != row["full"]:
                wrong.append(f"{name}: expected {row['full']}, got {found}")
        if isinstance(row["partial"], list) and name not in OPEN:
            found = listed(symbol.infer_shape_partial(**given))
            for want, got in zip(chain(*row["partial"]), chain(*found)):
                if want and (len(want) != len(got) or any(x and x != y for x, y in zip(want, got))):
                    wrong.append(f"{name}: expected {row['partial']}, got {found}")
    assert not wrong, "\n".join(wrong)


def refusing_names():
    """What the recorded programs that 1.9.1 refuses are written in."""
    a, b, x = V("a"), V("b"), V("x")
    types = {"f16": "float16", "f32": "float32", "f64": "float64", "i32": "int32", "i64": "int64"}

    def fc(n=4, **k):
        return mx.sym.FullyConnected(x, num_hidden=n, name="fc", **k)

    def conv(**k):
        return mx.sym.Convolution(x, num_filter=4, kernel=(3, 3), name="c", **k)

    def mlp():
        h = mx.sym.FullyConnected(mx.sym.relu(fc()), num_hidden=3, name="f2")
        return mx.sym.SoftmaxOutput(h, name="sm")

    made = {"S": mx.sym, "V": V, "a": a, "b": b, "x": x, "fc": fc, "conv": conv, "mlp": mlp}
    return {
        "mx": mx,
        "nd": nd,
        "np": onp,
        **made,
        **{k: onp.dtype(t).type for k, t in types.items()},
    }


@pytest.mark.parametrize("partial", [False, True])
def test_contradictions_and_arguments_that_are_none_are_refused(partial):
    names = {**refusing_names(), "MXNetError": MXNetError}
    wrong = []
    for code, error in REFUSALS:
        if partial:
            code = code.replace(").infer_shape(", ").infer_shape_partial(")
            code = code.replace(").infer_type(", ").infer_type_partial(")
        try:
            wrong.append(f"{code}: {eval(code, dict(names))}")  # noqa: S307  recorded programs
        except eval(error, names) as e:  # noqa: S307
            if not str(e):
                wrong.append(f"{code}: no message")
    assert not wrong, "\n".join(wrong)


# operators whose gradients are another matter than whether one must be given
BACKWARD_DEVIATIONS = {
    "argmax_channel": "1.9.1 has no gradient for it",
    "sort": "1.9.1 fails where its indices are floats",
    "embedding": "1.9.1 has no gradient for indices",
    "gather": "1.9.1 has no gradient for indices",
    "shuffle": "1.9.1 has no gradient for it",
    "allclose": "1.9.1 fails to bind it",
    "dropout": "random",
    "cast int": "integers carry no gradient here",
    "SoftmaxOutput": "the label's gradient is zero, not left alone",
    "LinearRegressionOutput": "the label's gradient is zero, not left alone",
    "LogisticRegressionOutput": "the label's gradient is zero, not left alone",
    "MAERegressionOutput": "the label's gradient is zero, not left alone",
}


@pytest.mark.parametrize("how", ["none", "ones"])
def test_gradients_are_needed_where_they_reach_an_argument(how):
    wrong = []
    for row in BACKWARD:
        if row["name"] in BACKWARD_DEVIATIONS:
            continue
        symbol = made(row["code"])
        args = {}
        for n in symbol.list_arguments():
            args[n] = nd.array([0.0, 1]) if n in "li" else nd.array([[0.25, 0.5], [0.75, 0.125]])
        grads = {k: nd.ones(v.shape) * 7 for k, v in args.items()}
        try:
            exe = symbol.bind(mx.cpu(), args, args_grad=grads)
            exe.forward(is_train=True)
            heads = None
            if how == "ones":
                heads = [nd.ones(o.shape, dtype=o.dtype) for o in exe.outputs]
            exe.backward(heads)
            found = {k: g.asnumpy() for k, g in exe.grad_dict.items()}
        except (MXNetError, ValueError):  # two variables of one name
            found = "ERR"
        want = row[how]
        if "ERR" in (found, want):
            same = found == want
        else:
            same = found.keys() == want.keys() and all(
                onp.allclose(found[k], want[k], 1e-4, 1e-4, equal_nan=True) for k in want
            )
        if not same:
            wrong.append(f"{row['code']}: expected {want}, got {found}")
    assert not wrong, "\n".join(wrong)


def dense(n=5, grad_req="write"):
    x = mx.sym.FullyConnected(V("x"), num_hidden=2, name="f")
    exe = x.simple_bind(mx.cpu(), x=(n, 3), grad_req=grad_req)
    exe.arg_dict["x"][:] = nd.arange(n * 3).reshape((n, 3))
    exe.arg_dict["f_weight"][:] = 1
    exe.arg_dict["f_bias"][:] = 0.5
    return exe


def test_gradients_of_another_shape_are_accepted_where_nobody_looks_at_them():
    exe = mx.sym.SoftmaxOutput(V("x"), V("l")).simple_bind(mx.cpu(), x=(2, 3))
    exe.forward(is_train=True)
    exe.backward(nd.ones((5, 3)))
    assert onp.allclose(exe.grad_dict["x"].asnumpy()[0], [-2 / 3, 1 / 3, 1 / 3])
    exe = mx.sym.sum(mx.sym.BlockGrad(V("x"))).simple_bind(mx.cpu(), x=(2, 3))
    exe.forward(is_train=True)
    exe.backward(nd.ones((3,)))
    assert not exe.grad_dict["x"].asnumpy().any()
    exe = dense()
    exe.forward(is_train=True)
    with pytest.raises(ShapeError, match=r"expected \(5, 2\), got \(7, 2\)"):
        exe.backward(nd.ones((7, 2)))


def test_a_reshaped_executor_has_the_beginning_of_the_arrays():
    exe = dense()
    small = exe.reshape(x=(2, 3))
    assert small.forward()[0].asnumpy().tolist() == [[3.5, 3.5], [12.5, 12.5]]
    small.arg_dict["x"][:] = 7
    assert exe.arg_dict["x"].asnumpy()[:, 0].tolist() == [7, 7, 6, 9, 12]
    exe.arg_dict["x"][:] = 8
    assert small.arg_dict["x"].asnumpy().tolist() == [[8] * 3] * 2
    small.forward(x=nd.ones((2, 3)) * 9)
    assert exe.arg_dict["x"].asnumpy()[:, 0].tolist() == [9, 9, 8, 8, 8]
    smaller = exe.reshape(x=(4, 3)).reshape(x=(1, 3))
    smaller.arg_dict["x"][:] = 4
    assert exe.arg_dict["x"].asnumpy()[:, 0].tolist() == [4, 9, 8, 8, 8]


def test_a_reshaped_executor_writes_gradients_to_the_same_memory():
    exe = dense()
    exe.forward(is_train=True)
    exe.backward(nd.ones((5, 2)))
    small = exe.reshape(x=(2, 3))
    small.forward(is_train=True)
    small.backward(nd.ones((2, 2)) * 3)
    assert small.grad_dict["x"].asnumpy().tolist() == [[6] * 3] * 2
    assert exe.grad_dict["x"].asnumpy()[:, 0].tolist() == [6, 6, 2, 2, 2]
    assert exe.grad_dict["f_weight"].asnumpy().tolist() == [[9, 15, 21]] * 2
    exe = dense(grad_req="add")
    exe.grad_dict["x"][:] = 1
    small = exe.reshape(x=(2, 3))
    for _ in range(2):
        small.forward(is_train=True)
        small.backward(nd.ones((2, 2)))
    assert exe.grad_dict["x"].asnumpy()[:, 0].tolist() == [5, 5, 1, 1, 1]


def test_a_larger_array_of_a_reshaped_executor_is_its_own():
    exe = dense()
    with pytest.raises(MXNetError, match="allow_up_sizing"):
        exe.reshape(x=(9, 3))
    large = exe.reshape(allow_up_sizing=True, x=(9, 3))
    large.arg_dict["x"][:] = 4
    assert large.arg_dict["x"].shape == (9, 3)
    assert exe.arg_dict["x"].asnumpy().ravel().tolist() == list(range(15))
    with pytest.raises(MXNetError, match="partial_shaping"):
        exe.reshape(x=(2, 2))
    narrow = exe.reshape(partial_shaping=True, x=(2, 2))
    narrow.arg_dict["f_weight"][:] = 3
    assert exe.arg_dict["f_weight"].asnumpy().tolist() == [[3, 3, 3], [3, 1, 1]]


def test_upsampling_makes_its_weight():
    up = mx.sym.UpSampling(V("a"), scale=2, sample_type="bilinear", num_filter=2, name="u")
    assert up.attr_dict()["u_weight"]["__init__"] == '["bilinear", {}]'
    assert mx.sym.load_json(up.tojson()).list_arguments() == ["a", "u_weight"]
    exe = up.simple_bind(mx.cpu(), a=(1, 2, 2, 2))
    for x in exe.arg_arrays:
        x[:] = 1
    rows = [[1, 2, 2, 1], [2, 4, 4, 2], [2, 4, 4, 2], [1, 2, 2, 1]]
    assert exe.forward()[0].asnumpy().tolist() == [[rows, rows]]
    with pytest.raises(MXNetError, match="expected at most 2, got 3"):
        mx.sym.UpSampling(V("a"), V("b"), V("d"), scale=2, sample_type="bilinear", num_filter=2)


def test_inputs_of_operators_of_any_number():
    given = {"scale": 2, "sample_type": "bilinear", "num_filter": 2}
    up = mx.sym.UpSampling(weight=V("w"), data=V("a"), **given)
    assert up.list_arguments() == ["a", "w"]
    both = mx.sym.concat(arg1=V("b"), arg0=V("a"), dim=0)
    assert both.list_arguments() == ["a", "b"]
    three = mx.sym.add_n(V("b"), num_args=3, name="u")
    assert three.list_arguments() == ["b", "u_arg1", "u_arg2"]


def test_an_operator_tells_its_variables_how_they_start():
    norm = mx.sym.BatchNorm(V("d"), moving_var=V("v"), name="b")
    assert norm.attr_dict()["v"] == {"__init__": '["one", {}]'}
    norm = mx.sym.BatchNorm(V("d"), moving_var=V("v", init=mx.init.Zero()), name="b")
    assert norm.attr_dict()["v"] == {"__init__": '["zero", {}]'}


@pytest.mark.parametrize("hybridize", [False, True])
def test_loops_and_branches_take_a_name_whatever_F_is(hybridize):
    class Net(mx.gluon.HybridBlock):
        def hybrid_forward(self, F, x):
            one = F.contrib.cond(x.sum() > 0, lambda: x + 1, lambda: x - 1, name="c")
            rows, _ = F.contrib.foreach(
                lambda row, s: (row + s, s + 1), one, F.zeros((1,)), name="each"
            )
            last = F.contrib.while_loop(
                lambda i: i < 3, lambda i: (i, i + 1), F.zeros((1,)), max_iterations=4, name="w"
            )[1]
            last = last[0] if isinstance(last, list) else last
            return rows.reshape((-1,)), last

    net = Net()
    if hybridize:
        net.hybridize()
    rows, last = net(nd.ones((2, 1)))
    assert rows.asnumpy().tolist() == [2, 3]
    assert last.asnumpy().tolist() == [3]
    rows, last = net(mx.sym.var("x"))
    exe = mx.sym.Group([rows, last]).simple_bind(mx.cpu(), x=(2, 1))
    exe.arg_dict["x"][:] = 1
    assert [o.asnumpy().tolist() for o in exe.forward()] == [[2, 3], [3]]


def test_warnings_name_each_argument_once():
    a = mx.sym.var("a")
    with pytest.warns(UserWarning, match=r"input:\n\ta: None$"):
        assert a.infer_type() == (None, None, None)
    with pytest.warns(UserWarning, match=r"input:\n\ta: \(\)$"):
        assert a.infer_shape() == (None, None, None)


# what 1.9.1 answered: types of the inputs and of the first output
TYPES = [
    ("sym.batch_take(V('a'),V('b'))", {"a": "float16"}, ["float16", "int32"], "float16"),
    ("sym.SequenceMask(V('a'),V('b'),use_sequence_length=True)",)
    + ({"a": "float16"}, ["float16", "float16"], "float16"),
    ("sym.SequenceLast(V('a'),V('b'),use_sequence_length=True)",)
    + ({"a": "int32"}, ["int32", "int32"], "int32"),
    ("sym.Embedding(V('a'),V('b'),input_dim=3,output_dim=2)",)
    + ({"a": "int32", "b": "float16"}, ["int32", "float16"], "float16"),
    ("sym.Embedding(V('a'),V('b'),input_dim=3,output_dim=2)",)
    + ({"a": "int32"}, ["int32", "float32"], "float32"),
    ("sym.sample_normal(V('a'),V('b'))", {"b": "float16"}, ["float16", "float16"], "float32"),
    ("sym.random.poisson(V('a'),shape=2)", {"a": "float64"}, ["float64"], "float32"),
    ("sym.contrib.allclose(V('a'),V('b'))",)
    + ({"a": "float16", "b": "float16"}, ["float16", "float16"], "uint8"),
    ("sym.amp_cast(V('a'),dtype='float16')", {"a": "float64"}, ["float64"], "float64"),
    ("sym.amp_cast(V('a'),dtype='float16')", {"a": "float32"}, ["float32"], "float16"),
    ("sym.amp_cast(V('a'),dtype='float16')", {"a": "int32"}, ["int32"], "int32"),
    ("sym.amp_multicast(V('a'),V('b'),num_outputs=2)",)
    + ({"a": "float16", "b": "float32"}, ["float16", "float32"], "float32"),
    ("sym.amp_multicast(V('a'),V('b'),num_outputs=2,cast_narrow=True)",)
    + ({"a": "float32", "b": "float64"}, ["float32", "float64"], "float32"),
]


@pytest.mark.parametrize(("code", "given", "ins", "out"), TYPES)
def test_types_of_inputs_that_have_their_own(code, given, ins, out):
    found = eval(code, dict(NAMES)).infer_type(**given)  # noqa: S307 - of this file
    assert [onp.dtype(t).name for t in found[0]] == ins
    assert onp.dtype(found[1][0]).name == out


def test_the_types_that_are_inferred_are_those_that_come():
    x = nd.array([0.0, 1.0])
    for code, _given, ins, out in TYPES:
        arrays = [x.astype(t) for t in ins]
        if "Embedding" in code:
            arrays[1] = nd.ones((3, 2), dtype=ins[1])
        elif "Sequence" in code or "batch_take" in code:
            arrays[0] = nd.ones((2, 2), dtype=ins[0])
        elif "sample" in code:
            arrays[1] = x.astype(ins[1]) + 1
        exe = eval(code, dict(NAMES)).bind(mx.cpu(), arrays)  # noqa: S307 - of this file
        assert exe.forward()[0].dtype == onp.dtype(out), code


@pytest.mark.parametrize(
    ("code", "given", "ins", "out"),
    [
        ("sym.sample_normal(V('a'),V('b'),shape=(2,))", {"b": (3,)}, [(3,), (3,)], (3, 2)),
        ("sym.random.gamma(V('a'),V('b'),shape=2)", {"a": (3, 4)}, [(3, 4), (3, 4)], (3, 4, 2)),
        ("sym.sample_normal(V('a'),V('b'),shape=(2,))+V('o')",)
        + ({"o": (3, 2)}, [(3,), (3,), (3, 2)], (3, 2)),
        ("sym.random.poisson(V('a'),shape=2)+V('o')", {"o": (3, 2)}, [(3,), (3, 2)], (3, 2)),
        ("sym.cast_storage(V('a'),stype='default')+V('o')",)
        + ({"o": (3, 2)}, [(3, 2), (3, 2)], (3, 2)),
        ("sym.amp_multicast(V('a'),V('b'),num_outputs=2)[0]+V('o')",)
        + ({"o": (3, 2), "b": (4,)}, [(3, 2), (4,), (3, 2)], (3, 2)),
    ],
)
def test_shapes_of_draws_and_conversions_flow_both_ways(code, given, ins, out):
    found = eval(code, dict(NAMES)).infer_shape(**given)  # noqa: S307 - of this file
    assert found == (ins, [out], [])


def test_binding_asks_each_operator_once(monkeypatch):
    """Types go both ways in a long chain, and what is bound is not inferred again."""
    asked = []

    def note(name, method):
        def noted(self, node, *rest):
            asked.append(name)
            return method(self, node, *rest)

        monkeypatch.setattr(Completion, name, noted)

    for name in ("_types_of", "_forward"):
        note(name, getattr(Completion, name))
    x = mx.sym.Variable("x")
    for _ in range(30):
        x = mx.sym.FullyConnected(mx.sym.relu(x), num_hidden=3)
    executor = x.simple_bind(mx.cpu(), x=(2, 3), type_dict={"x": "float64"})
    assert executor.arg_arrays[-1].dtype == onp.float64
    assert asked.count("_forward") == 60
    # on the way forward all is known, so it is asked once; its weight and bias are news to it
    assert 60 <= asked.count("_types_of") <= 90
    asked.clear()
    x.simple_bind(mx.cpu(), x=(2, 3))  # of no type: each is asked once in both directions
    assert asked.count("_forward") == 60
    assert asked.count("_types_of") <= 120


@pytest.mark.parametrize("kind", [None, "float16", "float64"])
def test_what_is_bound_is_what_its_arrays_say(kind):
    """Also where nothing tells a type, or an operator takes others than float32 by itself."""
    x, i = mx.sym.Variable("x"), mx.sym.Variable("i")
    y = mx.sym.Embedding(i, x, input_dim=4, output_dim=3)
    types = {} if kind is None else {"x": kind}
    executor = mx.sym.Group([y, mx.sym.argmax(y, axis=2), mx.sym.one_hot(i, 4)]).simple_bind(
        mx.cpu(), i=(2, 5), type_dict=types
    )
    before = [(o.shape, o.dtype) for o in executor.outputs]
    assert before == [(o.shape, o.dtype) for o in executor.forward()]
    assert before[0] == ((2, 5, 3), onp.dtype(kind or "float32"))


def test_types_of_what_branches_and_conditions_alone_read_as_recorded():
    y, limit = mx.sym.var("y"), mx.sym.var("limit")
    chosen = mx.sym.contrib.cond(mx.sym.var("p"), lambda: y + 1, lambda: y - 1)
    ins, outs, _ = chosen.infer_type(y="float64")
    assert dict(zip(chosen.list_arguments(), ins)) == {"p": onp.float32, "y": onp.float64}
    assert outs == [onp.float64]
    _, states = mx.sym.contrib.while_loop(
        lambda i: i < limit, lambda i: (i, i + 1), [y], max_iterations=4
    )
    ins, _, _ = states[0].infer_type(y="float64")
    assert ins == [onp.float64, onp.float64]
