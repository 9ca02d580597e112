"""Arguments of array functions that fit no array, and what 1.x's helpers call."""

import numpy as onp
import pytest

import mxnet as mx
from mxnet import nd
from mxnet.error import AttributeTypeError, ShapeError


@pytest.mark.parametrize("out", [3, "a", [3], onp.zeros((1,)), {}])
def test_out_that_is_no_array(out):
    with pytest.raises(AttributeTypeError, match="exp: out does not fit: it is no array"):
        nd.exp(nd.zeros((1,)), out=out)
    with mx.autograd.record(), pytest.raises(TypeError, match="it is no array"):
        nd.exp(nd.zeros((1,)), out=out)


@pytest.mark.parametrize("places", ["a", None, 2.5])
def test_places_to_split_at(places):
    with pytest.raises(ValueError, match="split_v2: indices_or_sections must be an int or a tuple"):
        nd.split_v2(nd.arange(6), places)


def test_a_parabola_of_integers_cuts_at_the_end():
    """As recorded in 1.9.1."""
    x = nd.array([3, 1], dtype="int32")
    assert nd.contrib.quadratic(x, a=0.5, b=-0.5).asnumpy().tolist() == [3, 0]


def test_rows_by_the_names_of_1_x():
    """As recorded in 1.9.1."""
    x = nd.arange(6).reshape((3, 2))
    for key, rows in {(0, 1): [0], (1, 9): [1, 2], (-1, 2): [], (None, 2): [0, 1]}.items():
        assert x._slice(*key).asnumpy().tolist() == x.asnumpy()[rows].tolist()
    assert x._at(-1).asnumpy().tolist() == [4, 5]
    x._slice(0, 1)[:] = 9
    assert x.asnumpy().tolist() == [[9, 9], [2, 3], [4, 5]]
    x._sync_copyfrom([[1, 2], [3, 4], [5, 6]])
    assert x.asnumpy().tolist() == [[1, 2], [3, 4], [5, 6]]
    with pytest.raises(ShapeError, match=r"Shape inconsistent: expected \(3, 2\), got \(2, 3\)"):
        x._sync_copyfrom(onp.zeros((2, 3)))


@pytest.mark.parametrize("name", ["uniform", "normal", "poisson", "gamma", "exponential"])
@pytest.mark.parametrize("out", [3, "a"])
def test_draws_are_written_into_arrays_only(name, out):
    with pytest.raises(TypeError, match=f"random.{name}: out does not fit: it is no array"):
        getattr(mx.nd.random, name)(out=out)
    with pytest.raises(TypeError, match=r"random\.randint: out does not fit: it is no array"):
        mx.nd.random.randint(0, 3, out=out)
