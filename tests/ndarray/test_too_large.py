"""More elements than an int32 can count: refused before anything is allocated."""

import pytest

import mxnet as mx
from mxnet import _config, autograd, gluon, nd
from mxnet.error import MXNetError

MOST = 2**31 - 1


def row(n):
    return nd.zeros((n,), dtype="int8")


MAKERS = {
    "zeros": lambda: nd.zeros((2**31 + 10,), dtype="int8"),
    "zeros, one too many": lambda: nd.zeros((MOST + 1,), dtype="int8"),
    "zeros, beyond 64 bits": lambda: nd.zeros((1 << 40, 1 << 40)),
    "ones": lambda: nd.ones((1 << 20, 1 << 20)),
    "ones, a dimension beyond 64 bits": lambda: nd.ones((1 << 70, 1)),
    "an empty array with such a dimension": lambda: nd.ones((0, 1 << 40)),
    "full": lambda: nd.full((1 << 16, 1 << 16), 3),
    "empty": lambda: nd.empty((1 << 63,)),
    "eye": lambda: nd.eye(1 << 20),
    "eye, not square": lambda: nd.eye(1 << 20, 1 << 12),
    "linspace": lambda: nd.linspace(0, 1, 1 << 40),
    "arange": lambda: nd.arange(1 << 32),
    "random.uniform": lambda: nd.random.uniform(shape=(1 << 20, 1 << 20)),
    "random.normal, beyond 64 bits": lambda: nd.random.normal(shape=(1 << 40, 1 << 40)),
    "broadcast_add": lambda: nd.zeros((1 << 16, 1)) + nd.zeros((1, 1 << 16)),
    "broadcast_to": lambda: nd.zeros((1, 1)).broadcast_to((1 << 16, 1 << 16)),
    "broadcast_to, beyond 64 bits": lambda: nd.zeros((1, 1)).broadcast_to((1 << 40, 1 << 40)),
    "tile": lambda: nd.tile(row(1 << 10), 1 << 22),
    "repeat": lambda: nd.repeat(row(1 << 10), 1 << 22),
    "dot": lambda: nd.dot(nd.zeros((1 << 16, 1)), nd.zeros((1, 1 << 16))),
    "one_hot": lambda: nd.one_hot(row(1 << 12), 1 << 20),
    "concat": lambda: nd.concat(*[row(1 << 24)] * 128, dim=0),
    "pad": lambda: nd.pad(nd.zeros((1, 1, 1, 1)), "constant", (0, 0, 0, 0, 0, 1 << 16, 0, 1 << 16)),
    "take": lambda: nd.take(nd.zeros((2, 1 << 16)), nd.zeros((1 << 16,))),
    "an index array": lambda: nd.zeros((2, 1 << 16))[nd.zeros((1 << 16,), dtype="int32")],
}


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("recording", [False, True])
def test_refused_where_it_would_begin(name, recording):
    for _ in range(2):  # what was inferred once is refused again
        with (
            autograd.record() if recording else autograd.pause(),
            pytest.raises(MXNetError, match="2147483647"),
        ):
            MAKERS[name]()
    assert nd.ones((2,)).asnumpy().tolist() == [1, 1]


def test_the_message_tells_shape_and_bound():
    text = r"too many elements: expected at most 2147483647 .* shape \(65536, 65536\) of 4294967296"
    with pytest.raises(MXNetError, match=text):
        nd.zeros((1 << 16, 1 << 16))


def test_parameters_and_hybridized_layers():
    with pytest.raises(MXNetError, match="2147483647"):
        gluon.Parameter("weight", shape=(1 << 16, 1 << 16)).initialize()
    net = gluon.nn.HybridLambda(lambda F, x: F.broadcast_to(x, shape=(1 << 16, 1 << 16)))
    net.hybridize()
    with pytest.raises(MXNetError, match="2147483647"):
        net(nd.zeros((1, 1)))


def test_the_largest_are_described():
    _config.set_option("max_segment_bytes", 1 << 40)  # nobody looks at it, so it is never made
    assert nd.zeros((1, 1), dtype="int8").broadcast_to((1, MOST)).shape == (1, MOST)
    assert not mx.runtime.Features().is_enabled("INT64_TENSOR_SIZE")
