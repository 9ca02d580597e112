"""``x + y`` and its like called by name, and with numbers of unusual types."""

import operator

import numpy as onp
import pytest

import mxnet as mx


@pytest.fixture(params=["nd", "np"])
def array(request):
    return getattr(mx, request.param).array


@pytest.mark.parametrize("name", ["add", "sub", "mul", "truediv", "mod", "pow"])
def test_reflected_methods_take_arrays(array, name):
    """``x.__rsub__(y)`` is ``y - x``, as MXNet 1.9.1 has it."""
    x, y = onp.float32([1, 2, 3]), onp.float32([5, 7, 4])
    found = getattr(array(x), f"__r{name}__")(array(y))
    onp.testing.assert_allclose(found.asnumpy(), getattr(operator, name)(y, x), rtol=1e-6)


class Length(float):
    """A number with a fraction that is no float itself."""


class Count(int):
    """The same for whole numbers."""


@pytest.mark.parametrize(
    "number",
    [Length(2.5), Count(2), onp.longdouble(2.5), onp.float16(2.5), onp.int8(2), True, onp.bool_(1)],
    ids=lambda n: type(n).__name__,
)
def test_numbers_keep_their_value(array, number):
    x = onp.float32([1, 2, 4])
    value = onp.float32(number)
    onp.testing.assert_array_equal((array(x) + number).asnumpy(), x + value)
    onp.testing.assert_array_equal((number - array(x)).asnumpy(), value - x)
    onp.testing.assert_array_equal((array(x) ** number).asnumpy(), x**value)


def test_other_operands_are_refused(array):
    for name in ("__add__", "__radd__", "__rpow__"):
        with pytest.raises(TypeError, match=r"type <class 'list'> not supported.*Hint: make an"):
            getattr(array([1, 2]), name)([1, 2])
