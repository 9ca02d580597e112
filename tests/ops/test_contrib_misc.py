"""Densities, transforms, sketches, processes, normalisations and multi-tensor updates."""

import numpy as onp
import pytest
from scipy import stats

import mxnet as mx
from mxnet.error import AttributeTypeError, ShapeError
from support.ops import call, call_all, check_gradient, gradients

RNG = onp.random.default_rng(14)


def test_densities_against_scipy():
    x = onp.abs(RNG.normal(size=(2, 3))) + 0.1
    a, b = onp.array([0.7, 2.5]), onp.array([1.3, 0.4])
    col = [v[:, None] for v in (a, b)]
    expected = {
        "gamma": stats.gamma(col[0], scale=1 / col[1]).pdf(x),
        "normal": stats.norm(col[0], col[1]).pdf(x),
        "exponential": stats.expon(scale=1 / col[0]).pdf(x),
    }
    for name, value in expected.items():
        given = (a,) if name == "exponential" else (a, b)
        onp.testing.assert_allclose(call(f"_random_pdf_{name}", x, *given), value)
        log = call(f"_random_pdf_{name}", x, *given, is_log=True)
        onp.testing.assert_allclose(log, onp.log(value))
        check_gradient(f"_random_pdf_{name}", x, *given)
    n = RNG.integers(0, 5, (2, 3)).astype(float)
    onp.testing.assert_allclose(call("_random_pdf_poisson", n, a), stats.poisson(col[0]).pmf(n))
    p = onp.array([0.3, 0.6])
    onp.testing.assert_allclose(
        call("_random_pdf_negative_binomial", n, a, p), stats.nbinom(col[0], p[:, None]).pmf(n)
    )
    assert not gradients("_random_pdf_poisson", n, a, wrt=[0])[0].any()
    with pytest.raises(ShapeError, match=r"sigma.*\(2, 3\), got \(3,\)"):
        call("_random_pdf_normal", x, a, onp.ones(3))
    with pytest.raises(ShapeError, match=r"got \(2,\)"):
        call("_random_pdf_dirichlet", x, a)


def test_unique_classes_follow_zipf():
    classes, tries = call("_sample_unique_zipfian", range_max=50, shape=(200, 5))
    assert classes.dtype == tries.dtype == "int64"
    assert ((classes >= 0) & (classes < 50)).all()
    assert all(len(set(row)) == 5 for row in classes)
    assert (tries >= 5).all()
    chance = onp.log(2) / onp.log(51)
    assert abs((classes[:, 0] == 0).mean() - chance) < 4 * (chance * (1 - chance) / 200) ** 0.5
    with pytest.raises(AttributeTypeError, match="range_max >= 5, got 4"):
        call("_sample_unique_zipfian", range_max=4, shape=(1, 5))


def test_fourier_transforms():
    x = RNG.normal(size=(2, 3, 8))
    z = call("_contrib_fft", x)
    onp.testing.assert_allclose(z[..., ::2] + 1j * z[..., 1::2], onp.fft.fft(x), atol=1e-12)
    onp.testing.assert_allclose(call("_contrib_ifft", z), 8 * x, atol=1e-12)
    check_gradient("_contrib_fft", x[0, :1, :4])
    check_gradient("_contrib_ifft", x[0, :1])
    assert call("_contrib_fft", x.astype("float16")).dtype == "float16"
    with pytest.raises(ShapeError, match=r"got \(2, 3, 7\)"):
        call("_contrib_ifft", x[..., :7])


def test_count_sketch():
    x, s = RNG.normal(size=(3, 6)), onp.array([[1, -1, 1, 1, -1, 1.0]])
    h = onp.array([[0, 2, 2, 1, 0, 3.0]])
    expected = onp.zeros((3, 5))
    for i in range(6):
        expected[:, int(h[0, i])] += s[0, i] * x[:, i]
    onp.testing.assert_allclose(call("_contrib_count_sketch", x, h, s, out_dim=5), expected)
    check_gradient("_contrib_count_sketch", x, h, s, wrt=[0], out_dim=5)
    with pytest.raises(ShapeError, match=r"h does not fit: expected \(1, 6\), got \(1, 5\)"):
        call("_contrib_count_sketch", x, h[:, :5], s, out_dim=5)


def test_hawkes_process_without_excitation_is_poisson():
    lags, marks = onp.array([[0.5, 1, 2]]), onp.zeros((1, 3), "int32")
    zero, one = onp.zeros(1), onp.ones(1)
    found, state = call(
        "_contrib_hawkesll", one[None] * 2, zero, one, zero[None], lags, marks, one * 2, one * 6
    )
    onp.testing.assert_allclose(found, [2 * onp.log(2) - 2 * 6])
    assert state.shape == (1, 1)
    two = onp.ones(2)
    with pytest.raises(ShapeError, match=r"alpha \(1,\).*got \(2,\)"):
        call("_contrib_hawkesll", one[None], two, one, zero[None], lags, marks, one, one)


@pytest.mark.parametrize("name", ["_contrib_SyncBatchNorm", "_contrib_BatchNormWithReLU"])
def test_batch_normalisations(name):
    x = RNG.normal(size=(4, 3, 2))
    states = (onp.ones(3), onp.zeros(3), onp.zeros(3), onp.ones(3))
    key = {"key": "layer"} if "Sync" in name else {}
    found = call_all(name, x, *states, train=True, **key)
    plain = call_all("BatchNorm", x, *states, train=True)
    first = onp.maximum(plain[0], 0) if "ReLU" in name else plain[0]
    onp.testing.assert_allclose(found[0], first, atol=1e-6)
    onp.testing.assert_allclose(found[3], plain[3], atol=1e-6)
    with pytest.raises(ShapeError, match=r"gamma.*\(3,\).*got \(2,\)"):
        call(name, x, onp.ones(2), *states[1:], **key)


def test_sparseness_penalty_as_1_9_1():
    x, mean = onp.float32([[0.1, 0.2], [0.3, 0.4]]), onp.float32([0.3, 0.5])
    attrs = {"sparseness_target": 0.2, "penalty": 0.1, "momentum": 0.5, "train": True}
    out, new = call_all("IdentityAttachKLSparseReg", x, mean, **attrs)
    onp.testing.assert_array_equal(out, x)
    onp.testing.assert_allclose(new, [0.25, 0.4], rtol=1e-6)
    slope = gradients("IdentityAttachKLSparseReg", x, mean, head=0 * x, wrt=[0], **attrs)[0]
    onp.testing.assert_allclose(slope, [[0.02666667, 0.08333333]] * 2, rtol=1e-5)
    with pytest.raises(ShapeError, match=r"moving_avg \(2,\).*got \(3,\)"):
        call("IdentityAttachKLSparseReg", x, onp.ones(3, "float32"))


def test_group_adagrad_by_rows():
    w, g, h = RNG.normal(size=(3, 4)), RNG.normal(size=(3, 4)), onp.ones((3, 1))
    new, history = call_all(
        "_contrib_group_adagrad_update", w, g, h, lr=0.1, rescale_grad=2.0, clip_gradient=1.5
    )
    d = onp.clip(2 * g, -1.5, 1.5)
    expected = h + (d * d).mean(1, keepdims=True)
    onp.testing.assert_allclose(history, expected)
    onp.testing.assert_allclose(new, w - 0.1 * d / onp.sqrt(expected + 9.99999975e-06))
    with pytest.raises(ShapeError, match=r"history.*\(3, 1\), got \(3,\)"):
        call("_contrib_group_adagrad_update", w, g, h[:, 0], lr=0.1)


def test_multi_tensor_errors_and_zeros():
    x = onp.ones(3, "float32")
    with pytest.raises(AttributeTypeError, match="2 for each of 2 weights, got 3"):
        call("multi_sgd_update", x, x, x, lrs=(0.1, 0.2), wds=(0, 0), num_weights=2)
    with pytest.raises(AttributeTypeError, match=r"lrs does not fit: expected 1 numbers.*got 2"):
        call("multi_sgd_update", x, x, lrs=(0.1, 0.2), wds=(0,))
    with pytest.raises(ShapeError, match=r"learning rates.*\(1,\), got \(3,\)"):
        call("preloaded_multi_sgd_update", x, x, x, x)
    with pytest.raises(AttributeTypeError, match="2 arrays, at least 1, got 1"):
        call("multi_sum_sq", x, num_arrays=2)
    assert all((z == 0).all() for z in call_all("reset_arrays", x, onp.ones((2, 2), "int32")))


def test_states_of_multi_tensor_updates_are_written_back():
    w, g, m = mx.nd.ones((3,)), mx.nd.ones((3,)), mx.nd.zeros((3,))
    mx.nd.multi_sgd_mom_update(w, g, m, lrs=(0.1,), wds=(0,), momentum=0.9, out=w)
    onp.testing.assert_allclose(w.asnumpy(), 0.9)
    onp.testing.assert_allclose(m.asnumpy(), -0.1)
    mx.nd.reset_arrays(w, m, num_arrays=2)
    assert not w.asnumpy().any()
    assert not m.asnumpy().any()
