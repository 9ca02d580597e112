"""Blocks: names, parameters, deferred shapes, tracing, hooks, files. Layers are made here, not
taken from nn.
"""

import warnings

import numpy as onp
import pytest

import mxnet as mx
from mxnet import autograd, gluon, nd
from support.close import close


class Dense(gluon.HybridBlock):
    """The smallest layer with deferred shapes."""

    def __init__(self, units, in_units=0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        with self.name_scope():
            self.weight = self.params.get(
                "weight", shape=(units, in_units), allow_deferred_init=True
            )
            self.bias = self.params.get(
                "bias", shape=(units,), init="zeros", allow_deferred_init=True
            )

    def hybrid_forward(self, F, x, weight, bias):
        return F.FullyConnected(x, weight, bias, num_hidden=self.units)


class Net(gluon.HybridBlock):
    def __init__(self, drop=0.0, **kwargs):
        super().__init__(**kwargs)
        self.drop = drop
        with self.name_scope():
            self.a, self.b = Dense(8), Dense(3)

    def hybrid_forward(self, F, x):
        x = F.relu(self.a(x))
        return self.b(F.Dropout(x, p=self.drop) if self.drop else x)


def trained(net, hybridize, steps=3):
    """Losses and final parameters of a few steps of gradient descent."""
    mx.random.seed(5)
    net.initialize(mx.init.Normal(0.3))
    if hybridize:
        net.hybridize()
    x, found = nd.random.normal(shape=(6, 4)), []
    for _ in range(steps):
        with autograd.record():
            loss = (net(x) ** 2).mean()
        loss.backward()
        for p in net.collect_params().values():
            p.data()[:] = p.data() - 0.1 * p.grad()
        found.append(loss)
    return [v.asnumpy() for v in (*found, *[p.data() for p in net.collect_params().values()])]


@pytest.mark.parametrize("drop", [0.0, 0.4], ids=["plain", "dropout"])
def test_hybridized_training_is_the_same(drop):
    for a, b in zip(trained(Net(drop), False), trained(Net(drop), True)):
        close(a, b)


def test_gradients_against_differences():
    net = Net()
    net.initialize(mx.init.Normal(0.5))
    x = nd.random.normal(shape=(4, 5))
    with autograd.record():
        loss = (net(x) ** 2).sum()
    loss.backward()
    w, eps = net.a.weight.data(), 1e-2
    g = net.a.weight.grad().asnumpy()
    for i, j in [(0, 0), (3, 2), (7, 4)]:
        ends = []
        for sign in (1, -1):
            moved = w.asnumpy()
            moved[i, j] += sign * eps
            kept = w.copy()
            w[:] = nd.array(moved)
            ends.append((net(x) ** 2).sum().asscalar())
            w[:] = kept
        assert abs((ends[0] - ends[1]) / (2 * eps) - g[i, j]) < 2e-2 * max(1, abs(g[i, j]))


def test_names_and_order():
    net = Net(prefix="model_")
    assert list(net.collect_params().keys()) == [
        "model_dense0_weight",
        "model_dense0_bias",
        "model_dense1_weight",
        "model_dense1_bias",
    ]
    assert list(net.collect_params(".*weight")) == ["model_dense0_weight", "model_dense1_weight"]
    assert list(net._collect_params_with_prefix()) == ["a.weight", "a.bias", "b.weight", "b.bias"]
    assert net.name == "model"
    assert net.a.name == "model_dense0"


def test_deferred_parameters():
    net = Net()
    with pytest.raises(
        RuntimeError, match=r"has not been initialized\. Hint: call net\.initialize"
    ):
        net.a.weight.data()
    net.initialize()
    with pytest.raises(
        gluon.DeferredInitializationError, match="_weight' has not been initialized yet"
    ):
        net.a.weight.data()
    assert net.a.weight.shape == (8, 0)
    net(nd.ones((2, 4)))
    assert net.a.weight.shape == (8, 4)
    assert net.a.weight.data().shape == (8, 4)
    with pytest.raises(mx.MXNetError, match=r"\(8, 5\)|\(8, 4\)"):
        net(nd.ones((2, 5)))


def test_making_deferred_parameters_runs_no_program_of_its_own():
    if mx.engine.engine_type() == "NaiveEngine":
        pytest.skip("counts the lazy engine's programs")
    net = Net()
    net.initialize()
    nd.waitall()
    before = mx.engine.stats()["flushes"]
    with autograd.record():
        loss = net(nd.ones((2, 4))).sum()
    loss.backward()
    nd.waitall()
    assert mx.engine.stats()["flushes"] - before == 1


def test_shape_that_nothing_tells():
    class Odd(gluon.HybridBlock):
        def __init__(self):
            super().__init__()
            self.w = self.params.get("weight", shape=(0, 2), allow_deferred_init=True)

        def hybrid_forward(self, F, x, w):
            return F.dot(x, w)

    net = Odd()
    net.initialize()
    with pytest.raises(ValueError, match=r"shape cannot be inferred.*dot.*odd"):
        net(nd.ones((2, 3)))


def test_what_cannot_be_traced_runs_with_one_warning():
    class Branch(gluon.HybridBlock):
        def hybrid_forward(self, F, x):
            return x * 2 if x.sum().asscalar() > 0 else x * 3

    net = Branch()
    net.hybridize()
    with pytest.warns(UserWarning, match=r"cannot be compiled.*test_block.py:\d+"):
        assert net(nd.ones((2,))).asnumpy().tolist() == [2, 2]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert net(-nd.ones((2,))).asnumpy().tolist() == [-3, -3]


def test_branches_on_shape_and_nested_arguments():
    class Two(gluon.HybridBlock):
        def hybrid_forward(self, F, x, pair, scale=1):
            a, b = pair
            return [x + a * scale, {0: b}[0].reshape((-1,)) if x.shape[0] > 1 else b]

    net = Two()
    x, a, b = nd.ones((2,)), nd.ones((2,)) * 3, nd.ones((1, 2))
    plain = net(x, [a, b], 2)
    net.hybridize()
    fast = net(x, [a, b], 2)
    for p, q in zip(plain, fast):
        close(p, q)
    close(net(x, [a, b], 5)[0], [16, 16])


def test_argument_and_constant_returned_as_they_are():
    class Same(gluon.HybridBlock):
        def hybrid_forward(self, F, x):
            return x, x * 2

    net = Same()
    net.hybridize()
    x = nd.array([1.0, 2.0])
    x.attach_grad()
    with autograd.record():
        a, b = net(x)
        loss = (a * b).sum()
    loss.backward()
    close(x.grad, 4 * x.asnumpy())


@pytest.mark.usefixtures("compiled_at_once")
def test_hybridized_block_compiles_once():
    if mx.engine.engine_type() == "NaiveEngine":
        pytest.skip("counts the lazy engine's programs")
    net = Net(0.5)
    net.initialize()
    net.hybridize()
    x = nd.ones((2, 4))
    for _ in range(3):
        net(x).wait_to_read()
    with mx.engine.expect(compiled=0):
        for _ in range(3):
            net(x).wait_to_read()


def test_set_data_after_hybridize_is_seen():
    net = Dense(2, 2)
    net.initialize("ones")
    net.hybridize()
    x = nd.ones((1, 2))
    close(net(x), [[2, 2]])
    net.weight.set_data(nd.full((2, 2), 3.0))
    close(net(x), [[6, 6]])
    net.cast("float64")
    assert net(x.astype("float64")).dtype is onp.float64


def test_input_that_is_no_array():
    with pytest.raises(ValueError, match="there must be one NDArray"):
        Dense(2).hybridize() or Dense(2)(onp.ones((2, 2)))


def test_save_and_load(tmp_path):
    net, path = Net(), str(tmp_path / "net.params")
    net.initialize()
    x = nd.ones((2, 4))
    y = net(x)
    net.save_parameters(path)
    other = Net()
    other.load_parameters(path)
    close(other(x), y)
    other.collect_params().save(path, strip_prefix=other.prefix)
    third = Net(prefix="third_")
    third.collect_params().load(path, restore_prefix="third_")
    close(third(x), y)
    with pytest.raises((AssertionError, ValueError), match="'weight'"):
        Dense(3, prefix="other_").load_parameters(str(tmp_path / "net.params"))
    net.save_parameters(path)
    wrong = Net()
    wrong.a = Dense(9)
    with pytest.raises(AssertionError, match=r"does not fit: expected shape \(9"):
        wrong.load_parameters(path)


def test_shared_parameters():
    a = Dense(3, 3)
    b = Dense(3, 3, params=a.params)
    a.initialize()
    assert b.weight is a.weight
    close(b(nd.ones((1, 3))), a(nd.ones((1, 3))))


def test_hooks():
    net, seen = Net(), []
    net.initialize()
    h1 = net.a.register_forward_pre_hook(lambda block, x: seen.append(("before", block.name)))
    h2 = net.a.register_forward_hook(lambda block, x, y: seen.append(("after", y.shape)))
    net(nd.ones((2, 4)))
    assert [s[0] for s in seen] == ["before", "after"]
    assert seen[1][1] == (2, 8)
    h1.detach(), h2.detach()
    net(nd.ones((2, 4)))
    assert len(seen) == 2


def test_summary(capsys):
    net = Net()
    net.initialize()
    net.summary(nd.ones((2, 4)))
    out = capsys.readouterr().out
    assert "Total params: 67" in out
    assert "(2, 8)" in out
    net.hybridize()
    with pytest.raises(AssertionError, match="must not be hybridized"):
        net.summary(nd.ones((2, 4)))


def test_a_summary_lists_layers_and_not_what_holds_them(capsys):
    """Recorded from 1.9.1: no line for Sequential, HybridSequential and what derives from them."""

    class Mine(gluon.nn.HybridSequential):
        pass

    class Holder(gluon.nn.Block):
        def __init__(self):
            super().__init__()
            self.parts = gluon.nn.Sequential()
            for part in (gluon.nn.HybridSequential(), gluon.nn.Sequential(), Mine()):
                part.add(gluon.nn.Dense(2))
                self.parts.add(part)

        def forward(self, x):
            return self.parts(x)

    net = gluon.nn.Sequential()
    net.add(gluon.nn.Dense(3), Holder())
    net.initialize()
    net.summary(nd.ones((2, 4)))
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [line for line in lines if "(2," in line] == [
        ["Input", "(2,", "4)", "0"],
        ["Dense-1", "(2,", "3)", "15"],
        ["Dense-2", "(2,", "2)", "8"],
        ["Dense-3", "(2,", "2)", "6"],
        ["Dense-4", "(2,", "2)", "6"],
        ["Holder-5", "(2,", "2)", "0"],
    ]


def test_gradient_buffers_and_requests():
    net = Dense(2, 2)
    net.initialize("ones")
    net.collect_params().setattr("grad_req", "add")
    x = nd.ones((1, 2))
    for _ in range(3):
        with autograd.record():
            y = net(x).sum()
        y.backward()
    close(net.weight.grad(), onp.full((2, 2), 3))
    net.collect_params().zero_grad()
    close(net.weight.grad(), onp.zeros((2, 2)))
    net.weight.grad_req = "null"
    with pytest.raises(RuntimeError, match="grad_req='null'"):
        net.weight.grad()


def test_several_contexts():
    net = Dense(2, 2)
    ctxs = [mx.cpu(0), mx.cpu(1)]
    net.initialize("ones", ctx=ctxs)
    xs = [nd.ones((1, 2), ctx=c) * (i + 1) for i, c in enumerate(ctxs)]
    with autograd.record():
        losses = [net(x).sum() for x in xs]
    for loss in losses:
        loss.backward()
    close(net.weight.list_grad()[0], onp.ones((2, 2)))
    close(net.weight.list_grad()[1], 2 * onp.ones((2, 2)))
    with pytest.raises(RuntimeError, match=r"is not on cpu\(2\)"):
        net.weight.data(mx.cpu(2))
    # 1.9.1 raises RuntimeError for blocks that are not hybridized, MXNetError for those that are
    for active, error in ((False, RuntimeError), (True, mx.MXNetError)):
        net.hybridize(active)
        for _ in range(2):
            with pytest.raises(error, match=r"is not on cpu\(2\)"):
                net(nd.ones((1, 2), ctx=mx.cpu(2)))
            net(xs[0])
    imported = gluon.SymbolBlock(
        mx.sym.dot(mx.sym.Variable("x"), mx.sym.Variable("w")), mx.sym.Variable("x")
    )
    imported.params["w"].shape = (2, 2)
    imported.initialize()
    with pytest.raises(mx.MXNetError, match=r"is not on cpu\(1\)"):
        imported(xs[1])


def test_initialize_twice_warns_and_gpu_is_refused():
    net = Dense(2, 2)
    net.initialize()
    with pytest.warns(UserWarning, match="already initialized"):
        net.initialize()
    if not mx.context.num_gpus():
        with pytest.raises(mx.MXNetError, match=r"gpu\(0\): no such device.*cpu\(0\)"):
            net.initialize(ctx=mx.gpu(), force_reinit=True)
    with pytest.raises(mx.MXNetError, match=r"did you mean mx.gpu\(\)"):
        net.initialize(ctx=mx.gpu, force_reinit=True)


def test_constant():
    class Scaled(gluon.HybridBlock):
        def __init__(self):
            super().__init__()
            self.scale = self.params.get_constant("scale", nd.array([2.0, 3.0]))

        def hybrid_forward(self, F, x, scale):
            return x * scale

    net = Scaled()
    net.initialize()
    close(net(nd.ones((2,))), [2, 3])
    net.hybridize()
    close(net(nd.ones((2,))), [2, 3])


@pytest.mark.parametrize("hybrid", [False, True])
def test_parameters_that_change_what_layers_see(hybrid):
    """A subclass may override ``data()``, as GluonNLP's does for dropout of weights."""

    class Doubled(gluon.Parameter):
        def __init__(self, other):
            super().__init__(other.name, shape=other._shape, init=other.init)
            self._var, self._data, self._grad = other._var, other._data, other._grad
            self._ctx_list, self._ctx_map = other._ctx_list, other._ctx_map
            self._trainer, self._deferred_init = other._trainer, other._deferred_init

        def data(self, ctx=None):
            return 2 * self._check_and_get(self._data, ctx)

    net = gluon.nn.Dense(2, in_units=3, use_bias=False)
    net.initialize(mx.init.One())
    net._reg_params["weight"] = doubled = Doubled(net.weight)
    net.weight = doubled
    if hybrid:
        net.hybridize()
    x = nd.ones((1, 3))
    for _ in range(2):
        with autograd.record():
            y = net(x)
        y.backward()
        assert y.asnumpy().tolist() == [[6, 6]]
        assert net.weight.grad().asnumpy().tolist() == [[2, 2, 2]] * 2
    assert net.weight._check_and_get(net.weight._data, list)[0].asnumpy().tolist() == [[1] * 3] * 2
    assert net.weight._ctx_list == [mx.cpu()]


def operators_seen(monitor_all, first=False):
    net = gluon.nn.HybridSequential(prefix="n_")
    with net.name_scope():
        net.add(gluon.nn.Dense(2, in_units=0 if first else 3), gluon.nn.Activation("relu"))
        net.add(gluon.nn.BatchNorm(in_channels=2))
    net.initialize()
    net.hybridize()
    seen = []
    x = mx.nd.ones((1, 3))
    expected = None if first else net(x).asnumpy()
    net.register_op_hook(lambda name, op, array: seen.append((name, op, array.shape)), monitor_all)
    found = net(x)
    if expected is not None:
        onp.testing.assert_allclose(found.asnumpy(), expected, rtol=1e-6)
    return seen


def test_op_hooks_see_every_operator_of_a_hybridized_block():
    """Names are those that MXNet 1.9.1 gave for this network."""
    names = ["n_dense0_fwd_output", "n_relu0_fwd_output", "n_batchnorm0_fwd_output"]
    kinds = ["FullyConnected", "Activation", "BatchNorm"]
    assert operators_seen(False) == [(n, k, (1, 2)) for n, k in zip(names, kinds)]
    assert operators_seen(False, first=True) == operators_seen(False)
    seen = [(name, shape) for name, _, shape in operators_seen(True)]
    assert seen[:4] == [
        ("n_dense0_fwd_data", (1, 3)),
        ("n_dense0_fwd_weight", (2, 3)),
        ("n_dense0_fwd_bias", (2,)),
        ("n_dense0_fwd_output", (1, 2)),
    ]
    assert [n for n, _ in seen[-6:]] == [
        f"n_batchnorm0_fwd_{n}"
        for n in ("data", "gamma", "beta", "moving_mean", "moving_var", "output")
    ]


def test_a_second_op_hook_takes_the_place_of_the_first():
    net = gluon.nn.Dense(2, in_units=3)
    net.initialize()
    net.hybridize()
    first, second = [], []
    net.register_op_hook(lambda name, op, array: first.append(name))
    net.register_op_hook(lambda name, op, array: second.append(op))
    net(mx.nd.ones((1, 3)))
    assert (first, second) == ([], ["FullyConnected"])


def test_op_hooks_of_arrays_of_numpy():
    net = gluon.nn.HybridSequential(prefix="n_")
    with net.name_scope():
        net.add(gluon.nn.Dense(2, in_units=3), gluon.nn.Activation("relu"))
    mx.npx.set_np()
    try:
        net.initialize(mx.init.One())
        net.hybridize()
        seen = []
        net.register_op_hook(lambda name, op, array: seen.append((name, op, type(array))))
        found = net(mx.np.ones((1, 3)))
    finally:
        mx.npx.reset_np()
    assert type(found) is mx.np.ndarray
    assert found.asnumpy().tolist() == [[3, 3]]
    assert seen == [
        ("n_dense0_fwd_output", "FullyConnected", mx.np.ndarray),
        ("n_relu0_fwd_output", "Activation", mx.np.ndarray),
    ]


def test_op_hooks_of_a_block_that_trains():
    net = gluon.nn.HybridSequential()
    net.add(gluon.nn.Dense(2, in_units=3))
    net.initialize(mx.init.One())
    net.hybridize()
    seen = []
    net.register_op_hook(lambda name, op, array: seen.append(name))
    with mx.autograd.record():
        y = net(mx.nd.ones((1, 3)))
    y.backward()
    assert net[0].weight.grad().asnumpy().tolist() == [[1, 1, 1]] * 2
    assert len(seen) == 1


def test_a_layer_of_no_units_that_is_never_used():
    layer = gluon.nn.Dense(0)
    layer.initialize()
    assert repr(layer) == "Dense(None -> 0, linear)"
    with pytest.raises(ValueError, match="expected a known shape"):
        layer(mx.nd.ones((1, 2)))


class TestNestedListsOfClients:
    """``gluon.block._flatten`` and ``_regroup``, which client code imports: what 1.9.1 answered."""

    x, y = nd.ones(2), nd.zeros(1)

    @pytest.mark.parametrize(
        ("nested", "arrays", "form"),
        [
            ("x", ["x"], 0),
            (["x", ["x"]], ["x", "x"], [0, [0]]),
            (("x", ("y", None)), ["x", "y", None], [0, [0, -1]]),
            (None, [None], -1),
            ([["x"], []], ["x"], [[0], []]),
            ([], [], []),
        ],
    )
    def test_flatten_and_back(self, nested, arrays, form):
        def real(v):
            known = {"x": self.x, "y": self.y, None: None}
            return type(v)(map(real, v)) if isinstance(v, (list, tuple)) else known[v]

        def lists(v):
            return [lists(a) for a in v] if isinstance(v, (list, tuple)) else v

        def name(v):
            if isinstance(v, list):
                return [name(a) for a in v]
            return next(n for n, a in {"x": self.x, "y": self.y, None: None}.items() if a is v)

        found, found_form = gluon.block._flatten(real(nested), "input")
        assert name(found) == arrays
        assert found_form == form
        assert name(gluon.block._regroup(found, form)) == lists(nested)

    def test_symbols(self):
        a, b = mx.sym.var("a"), mx.sym.var("b")
        group = mx.sym.Group([a, b])
        (first, second), form = gluon.block._flatten([group, a], "output")
        assert first is group
        assert second is a
        assert form == [2, 0]

    @pytest.mark.parametrize(
        ("arrays", "form", "found"),
        [("xy", 1, "x"), ("xy", 3, "xy"), ("xyx", [2, 0], ["xy", "x"]), ("xy", (0, 0), "xy")],
    )
    def test_numbers_of_outputs(self, arrays, form, found):
        def lists(v):
            return [x if len(x) == 1 else [*x] for x in v]

        assert gluon.block._regroup([*arrays], form) == lists(found)

    @pytest.mark.parametrize("wrong", [{"a": 1}, 3, "s", [nd.ones(1), 3]])
    def test_other_values_are_refused(self, wrong):
        with pytest.raises(
            ValueError, match=r"the input of HybridBlock must be \(nested\) list of"
        ):
            gluon.block._flatten(wrong, "input")

    def test_formats_that_do_not_fit(self):
        with pytest.raises(IndexError, match="fewer arrays than the format asks for"):
            gluon.block._regroup([self.x], [0, [0]])
        with pytest.raises(ValueError, match="types that are not None"):
            gluon.block._regroup([self.x], -1)


def test_blocks_in_a_container_are_told():
    class Holder(gluon.Block):
        def __init__(self, **attributes):
            super().__init__()
            for name, value in attributes.items():
                setattr(self, name, value)

    one, other = Dense(2), Dense(3)
    for held in ([one], (one,), {"a": one}, [[one]], {"a": [{"b": one}]}):
        with pytest.warns(
            UserWarning, match=r'"Holder\.x" is an unregistered container with Blocks'
        ):
            assert not Holder(x=held).collect_params().keys()
    holder = Holder(x=[one], y=one)
    assert len(holder.collect_params().keys()) == 2  # a child too: no warning
    holder.x.append(other)
    with pytest.warns(UserWarning, match=r"not among this block's\. Hint: register_child"):
        holder.collect_params()
    with pytest.warns(UserWarning, match=r"Holder\.x"):
        Holder(y=Holder(x=[one])).initialize()


def test_initialize_on_no_context():
    net = gluon.nn.Dense(2, in_units=3)
    with pytest.raises(mx.error.ContextError, match=r"expected one context.*got an empty list"):
        net.initialize(ctx=[])
