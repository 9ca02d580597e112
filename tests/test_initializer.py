"""Initial values: who decides about a name, distributions, text forms, errors."""

import json
import math

import numpy as onp
import pytest

import mxnet as mx
from mxnet import gluon, initializer, nd, registry
from mxnet.error import MXNetError
from mxnet.initializer import InitDesc


class Answer(initializer.Initializer):
    """Fills weights with 42."""

    def __init__(self, a=1):
        super().__init__(a=a)

    def _init_weight(self, name, arr):
        arr[:] = 42


def filled(init, name, shape=(4, 4), attrs=None, **kw):
    x = nd.full(shape, -7.0)
    init(InitDesc(name, attrs, **kw), x)
    return x.asnumpy()


# ------------------------------------------------------------------ by name
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("fc_weight", 42),
        ("weight", 42),
        ("fc_bias", 0),
        ("bn_gamma", 1),
        ("bn_beta", 0),
        ("q_min", 0),
        ("q_max", 1),
        ("bn_moving_mean", 0),
        ("bn_running_mean", 0),
        ("bn_moving_var", 1),
        ("bn_running_var", 1),
        ("moving_inv_var", 0),
        ("moving_avg", 0),
    ],
)
def test_ending_of_the_name_decides(name, value):
    assert (filled(Answer(), name) == value).all()
    x = nd.full((4, 4), -7.0)
    Answer()(name, x)  # a plain str does as well
    assert (x.asnumpy() == value).all()


def test_localisation_network_begins_with_zeros():
    x = nd.ones((2, 2))
    Answer()("stn_loc_weight", x)
    assert (x.asnumpy() == 0).all()


def test_unknown_endings_and_wrong_arguments():
    for name in ("foo", "lstm_parameters", "weight_x"):
        with pytest.raises(
            ValueError, match=rf"Unknown initialization pattern for {name}.*Hint"
        ) as caught:
            filled(Answer(), name)
        assert isinstance(caught.value, MXNetError)
    with pytest.raises(TypeError, match=r"got 5"):
        Answer()(5, nd.ones((1,)))
    with pytest.raises(NotImplementedError, match=r"must define _init_weight"):
        filled(initializer.Initializer(), "fc_weight")


@pytest.mark.parametrize(
    "own", ['["one", {}]', "one", initializer.One(), '["constant", {"value": 1}]']
)
def test_attribute_wins_over_the_name(own):
    for name in ("foo", "fc_bias", "fc_weight"):
        assert (filled(Answer(), name, attrs={"__init__": own}) == 1).all()
    assert (filled(Answer(), "fc_weight", attrs={"__init__": ""}) == 42).all()


def test_parameters_and_networks():
    p = gluon.Parameter("any_bias", shape=(3,))
    p.initialize(Answer())
    assert (p.data().asnumpy() == 42).all()
    d = gluon.ParameterDict("net_")
    w, b = d.get("weight", shape=(2, 2)), d.get("bias", shape=(2,))
    d.initialize(Answer())
    assert (w.data().asnumpy() == 42).all()
    assert (b.data().asnumpy() == 42).all()  # as 1.x: a name decides only for layers' own init


# ------------------------------------------------------------------ names and text
@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ("xavier", "Xavier"),
        ("XAVIER", "Xavier"),
        ("zeros", "Zero"),
        ("zero", "Zero"),
        ("ones", "One"),
        ("one", "One"),
        ("uniform", "Uniform"),
        ("normal", "Normal"),
        ("orthogonal", "Orthogonal"),
        ("msraprelu", "MSRAPrelu"),
        ("bilinear", "Bilinear"),
        ("lstmbias", "LSTMBias"),
        ('["xavier", {"magnitude": 2}]', "Xavier"),
        ('{"initializer": "one"}', "One"),
        ({"initializer": "one"}, "One"),
        (initializer.One(), "One"),
    ],
)
def test_create(given, kind):
    assert type(initializer.create(given)).__name__ == kind


def test_create_with_options():
    assert initializer.create("constant", 3).value == 3
    assert initializer.create("constant", value=4).value == 4
    assert initializer.create(initializer="one") == initializer.One()
    assert initializer.create('["xavier", {"magnitude": 2}]').magnitude == 2.0


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ("xaver", AssertionError, "xaver is not registered.*initializer.register.*'xavier'"),
        ("gaussian", AssertionError, "gaussian is not registered"),
        ("constant", TypeError, "value"),
        (5, AssertionError, "must be of string type.*5"),
        (None, AssertionError, "must be of string type"),
        ("[1, 2, 3]", ValueError, "JSON"),
        ("[broken", ValueError, "JSON"),
        ('["foo", {}]', AssertionError, "foo is not registered"),
        ('["[", {}]', ValueError, "JSON"),
    ],
)
def test_create_refuses(given, error, words):
    with pytest.raises(error, match=words):
        initializer.create(given)


def test_an_instance_takes_no_options():
    with pytest.raises(AssertionError, match=r"already an instance"):
        initializer.create(initializer.One(), 3)


@pytest.mark.parametrize(
    ("init", "text"),
    [
        (
            initializer.Xavier(),
            '["xavier", {"rnd_type": "uniform", "factor_type": "avg", "magnitude": 3}]',
        ),
        (initializer.Normal(0.1), '["normal", {"sigma": 0.1}]'),
        (initializer.Uniform(), '["uniform", {"scale": 0.07}]'),
        (initializer.MSRAPrelu(), '["msraprelu", {"factor_type": "avg", "slope": 0.25}]'),
        (initializer.Orthogonal(), '["orthogonal", {"scale": 1.414, "rand_type": "uniform"}]'),
        (initializer.LSTMBias(2.0), '["lstmbias", {"forget_bias": 2.0}]'),
        (initializer.Constant(onp.ones(2)), '["constant", {"value": [1.0, 1.0]}]'),
        (initializer.Zero(), '["zero", {}]'),
        (initializer.Bilinear(), '["bilinear", {}]'),
    ],
)
def test_text_and_back(init, text):
    assert init.dumps() == text
    assert initializer.create(text) == init


def test_equality():
    assert initializer.Xavier() == initializer.Xavier()
    assert initializer.Xavier() != initializer.Xavier(magnitude=2)
    assert initializer.Xavier("gaussian") != initializer.MSRAPrelu()
    assert initializer.One() != 1


def test_register_and_alias():
    @initializer.alias("second_name")
    @initializer.register
    class FirstName(Answer):
        pass

    table = registry._registries[initializer.Initializer]
    try:
        assert (
            type(initializer.create("firstname"))
            is type(initializer.create("Second_Name"))
            is FirstName
        )
        with pytest.warns(UserWarning, match=r"firstname replaces"):
            initializer.register(type("FirstName", (Answer,), {}))
        with pytest.raises(AssertionError, match=r"subclass of Initializer"):
            initializer.register(int)
    finally:
        del table["firstname"], table["second_name"]


# ------------------------------------------------------------------ distributions
SHAPES = [(200, 300), (60, 40, 5, 5)]


def fans(shape):
    kernel = math.prod(shape[2:])
    return {
        "in": shape[1] * kernel,
        "out": shape[0] * kernel,
        "avg": (shape[0] + shape[1]) * kernel / 2,
    }


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("factor", ["avg", "in", "out"])
def test_xavier(shape, factor):
    limit = math.sqrt(3 / fans(shape)[factor])
    x = filled(initializer.Xavier(factor_type=factor), "w_weight", shape)
    assert onp.abs(x).max() <= limit
    assert onp.abs(x).max() > 0.99 * limit
    assert x.std() == pytest.approx(limit / math.sqrt(3), rel=0.02)
    x = filled(initializer.Xavier("gaussian", factor, 2), "w_weight", shape)
    assert x.std() == pytest.approx(math.sqrt(2 / fans(shape)[factor]), rel=0.02)


def test_other_distributions():
    x = filled(initializer.MSRAPrelu(), "w_weight", SHAPES[0])
    assert x.std() == pytest.approx(math.sqrt(2 / (1 + 0.25**2) / 250), rel=0.02)
    x = filled(initializer.Normal(0.5), "w_weight", SHAPES[0])
    assert (x.mean(), x.std()) == (pytest.approx(0, abs=0.01), pytest.approx(0.5, rel=0.02))
    x = filled(initializer.Uniform(0.5), "w_weight", SHAPES[0])
    assert (x.min(), x.max()) == (pytest.approx(-0.5, abs=0.001), pytest.approx(0.5, abs=0.001))


@pytest.mark.parametrize("shape", [(3, 5), (5, 3), (2, 3, 4), (4, 4)])
@pytest.mark.parametrize("rand_type", ["uniform", "normal"])
def test_orthogonal(shape, rand_type):
    q = filled(initializer.Orthogonal(rand_type=rand_type), "w_weight", shape).reshape(shape[0], -1)
    product = q @ q.T if q.shape[0] <= q.shape[1] else q.T @ q
    onp.testing.assert_allclose(product, 1.414**2 * onp.eye(len(product)), atol=1e-5)


def test_draws_follow_the_seed_and_the_type():
    found = []
    for _ in range(2):
        mx.random.seed(3)
        found.append(
            [filled(initializer.Xavier(), "a_weight"), filled(initializer.Normal(), "b_weight")]
        )
    onp.testing.assert_array_equal(found[0], found[1])
    assert (found[0][0] != filled(initializer.Xavier(), "a_weight")).any()
    half = nd.zeros((4, 4), dtype="float16")
    initializer.Uniform()(InitDesc("w_weight"), half)
    assert half.dtype == onp.float16
    assert half.asnumpy().any()


def test_a_network_is_initialised_by_few_programs():
    d = gluon.ParameterDict("net_")
    shapes = [(8, 5), (8,), (6, 8), (6,), (3, 6), (3,)]
    params = [
        d.get(
            f"{i}_{'weight' if len(s) == 2 else 'bias'}", shape=s, init=None if s[1:] else "zeros"
        )
        for i, s in enumerate(shapes)
    ]
    nd.waitall()
    before = mx.engine.stats()["flushes"]
    d.initialize(initializer.Xavier())
    values = [p.data().asnumpy() for p in params]
    if mx.engine.engine_type() != "NaiveEngine":
        assert mx.engine.stats()["flushes"] - before <= 1
    assert all(v.any() == (v.ndim == 2) for v in values)


# ------------------------------------------------------------------ fixed values
def test_bilinear():
    x = filled(initializer.Bilinear(), "w_weight", (2, 3, 4, 4))
    row = onp.array([1, 3, 3, 1])
    onp.testing.assert_allclose(x, onp.broadcast_to(onp.outer(row, row) / 16, x.shape))
    x = filled(initializer.Bilinear(), "w_weight", (1, 1, 3, 5))  # recorded from 1.9.1
    onp.testing.assert_allclose(x[0, 0, :, 2], [1 / 3, 2 / 3, 1], rtol=1e-6)
    onp.testing.assert_allclose(x[0, 0, 1] * 9, [2, 4, 6, 4, 2], rtol=1e-6)
    with pytest.raises(ValueError, match=r"expected shape \(N, C, H, W\), got \(4, 4\)"):
        filled(initializer.Bilinear(), "w_weight", (4, 4))


def test_constant():
    assert (
        filled(initializer.Constant([1, 2, 3, 4]), "w_weight", (2, 4)) == [[1, 2, 3, 4]] * 2
    ).all()
    assert (filled(initializer.Constant(nd.array([5.0])), "w_weight", (3,)) == 5).all()


def test_lstm_bias():
    x = filled(
        initializer.Zero(), "lstm_bias", (8,), {"__init__": initializer.LSTMBias(2.0).dumps()}
    )
    assert x.tolist() == [0, 0, 2, 2, 0, 0, 0, 0]


@pytest.mark.parametrize("given", [None, Answer(), initializer.One()])
def test_fused_rnn(given):
    """Order of the parts as recorded from 1.9.1: weights by layer and direction, then biases."""
    init = initializer.FusedRNN(None, 1, 2, "lstm", bidirectional=True, forget_bias=77.0)
    init._init = given
    size = 2 * 4 * (3 + 1) + 2 * 4 * (2 + 1) + 2 * 2 * 2 * 4
    network = Answer()
    x = filled(network, "lstm_parameters", (size,), {"__init__": init}, global_init=network)
    weights, biases = x[:56], x[56:].reshape(2, 2, 2, 4)
    assert (weights == (1 if isinstance(given, initializer.One) else 42)).all()
    assert (biases == [0, 77, 0, 0]).all()


def test_fused_rnn_pieces():
    gru = initializer.FusedRNN(initializer.One(), 2, 1, "gru")
    assert [n for n, _ in gru._parts(3 * 2 * (5 + 2) + 2 * 6)][:4] == [
        "l0_i2h_r_weight",
        "l0_i2h_z_weight",
        "l0_i2h_o_weight",
        "l0_h2h_r_weight",
    ]
    assert json.loads(gru.dumps())[1]["init"] == '["one", {}]'
    with pytest.raises(ValueError, match=r"expected 24 .* 6 per input feature, got 25"):
        list(gru._parts(25))
    with pytest.raises(ValueError, match=r"mode must be one of.*'lsmt'"):
        initializer.FusedRNN(None, 2, 1, "lsmt")
    with pytest.raises(ValueError, match=r"nothing says how"):
        initializer.FusedRNN(None, 2, 1, "gru")._init_weight("plain str", nd.zeros((54,)))


# ------------------------------------------------------------------ errors, Load, Mixed
def test_wrong_options():
    with pytest.raises(ValueError, match=r"cannot be applied to vector v_weight.*got shape"):
        filled(initializer.Xavier(), "v_weight", (3,))
    for make in (
        lambda: initializer.Xavier(rnd_type="foo"),
        lambda: initializer.Xavier(factor_type="foo"),
        lambda: initializer.Orthogonal(rand_type="foo"),
    ):
        with pytest.raises(ValueError, match=r"must be one of .*got 'foo'"):
            make()


def test_load(tmp_path):
    arrays = {"arg:a": nd.array([1.0, 2.0]), "aux:b": nd.zeros((2,))}
    nd.save(str(tmp_path / "x.params"), arrays)
    for source in (arrays, str(tmp_path / "x.params")):
        init = initializer.Load(source, default_init=initializer.One())
        assert filled(init, "a", (2,)).tolist() == [1, 2]
        assert (filled(init, "c_weight", (3,)) == 1).all()
        with pytest.raises(AssertionError, match=r"Parameter a .*target \(3,\) vs loaded \(2,\)"):
            filled(init, "a", (3,))
    with pytest.raises(AssertionError, match=r"Cannot Initialize c. Not found"):
        filled(initializer.Load({}), "c", (3,))
    nd.save(str(tmp_path / "list"), [nd.ones((1,))])
    with pytest.raises(AssertionError, match=r"expected named arrays"):
        initializer.Load(str(tmp_path / "list"))


def test_mixed():
    init = initializer.Mixed(["fc.*", ".*"], [initializer.One(), Answer()])
    assert (filled(init, "fc_weight") == 1).all()
    assert (filled(init, "conv_weight") == 42).all()
    with pytest.raises(ValueError, match=r"Parameter name foo did not match.*\['fc'\]"):
        filled(initializer.Mixed(["fc"], [Answer()]), "foo")
    with pytest.raises(AssertionError, match=r"1 patterns and 0 initializers"):
        initializer.Mixed(["a"], [])


def test_verbosity(caplog):
    with caplog.at_level("INFO"):
        init = initializer.One().set_verbosity(True, lambda x: f"sum {x.asnumpy().sum():g}")
        filled(init, "fc_weight", (2, 2))
    assert "Initialized fc_weight as weight: sum 4" in caplog.text


@pytest.mark.parametrize("init", [initializer.Mixed([".*"], [initializer.One()]), [1], 5])
def test_gluon_and_variables_refuse_what_is_no_initializer(init):
    """Mixed and Load choose by name, for Module; 1.9.1 refuses them here too."""
    kind = type(init).__name__
    with pytest.raises(AssertionError, match=f"expected an Initializer or its name, got {kind}"):
        mx.gluon.Parameter("w", shape=(2,)).initialize(init=init)
    with pytest.raises(AssertionError, match=f"Variable x: init: .*got {kind}"):
        mx.sym.Variable("x", init=init)


def test_a_class_made_where_no_module_is():
    """As a notebook's cell may be run: without ``__name__`` among its names."""
    scope = {"mx": mx}
    code = "class Two(mx.init.Initializer):\n def _init_weight(self, name, arr):\n  arr[:] = 2"
    exec(code, scope)  # noqa: S102
    assert (filled(scope["Two"](), "w_weight") == 2).all()
