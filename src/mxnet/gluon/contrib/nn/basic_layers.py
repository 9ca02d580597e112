"""Branches, embeddings with row-sparse weights, pixel shuffles, synchronised normalisation."""

import math

from .... import ndarray as nd
from ...block import Block, HybridBlock, written_with_nd
from ...nn import Identity, SyncBatchNorm
from ...nn._arguments import integers, natural
from ...nn._branches import Concurrent, HybridConcurrent

__all__ = [
    "Concurrent",
    "HybridConcurrent",
    "Identity",
    "SparseEmbedding",
    "SyncBatchNorm",
    "PixelShuffle1D",
    "PixelShuffle2D",
    "PixelShuffle3D",
]


class SparseEmbedding(Block):
    """Rows of a learned table by number, with row-sparse weight and gradient.

    It needs a :class:`Trainer`, whose store has the rows.

    Parameters
    ----------
    input_dim, output_dim : int        rows and columns of the table
    dtype : default 'float32'
    weight_initializer : Initializer or str

    Shapes: x any shape, result ``(*x.shape, output_dim)``.  There is no gradient for x.
    """

    def __init__(
        self,
        input_dim,
        output_dim,
        dtype="float32",
        weight_initializer=None,
        **kwargs,
    ):
        natural("SparseEmbedding", "input_dim", input_dim)
        natural("SparseEmbedding", "output_dim", output_dim)
        super().__init__(**kwargs)
        self._kwargs = {
            "input_dim": input_dim,
            "output_dim": output_dim,
            "dtype": dtype,
            "sparse_grad": True,
        }
        self.weight = self.params.get(
            "weight",
            shape=(input_dim, output_dim),
            init=weight_initializer,
            dtype=dtype,
            grad_stype="row_sparse",
            stype="row_sparse",
        )

    @written_with_nd
    def forward(self, x):
        weight = self.weight.row_sparse_data(x)
        return nd.Embedding(x, weight, name="fwd", **self._kwargs)

    def __repr__(self):
        kw = self._kwargs
        return f"{self.__class__.__name__}({kw['input_dim']} -> {kw['output_dim']}, {kw['dtype']})"


class _PixelShuffle(HybridBlock):
    """What the pixel shuffles share."""

    def __init__(self, factor, n):
        super().__init__()
        self._factors = integers(type(self).__name__, "factor", factor, n)

    def __repr__(self):
        return f"{self.__class__.__name__}({self._factors})"


class PixelShuffle1D(HybridBlock):
    """Channels become positions: ``(N, f C, W)`` to ``(N, C, f W)``.

    Parameters
    ----------
    factor : int         f
    """

    def __init__(self, factor):
        super().__init__()
        self._factor = natural("PixelShuffle1D", "factor", factor)

    def hybrid_forward(self, F, x):
        x = F.reshape(x, (0, -4, -1, self._factor, 0))  # (N, C, f, W)
        x = F.transpose(x, (0, 1, 3, 2))  # (N, C, W, f)
        return F.reshape(x, (0, 0, -3))

    def __repr__(self):
        return f"{self.__class__.__name__}({self._factor})"


class PixelShuffle2D(_PixelShuffle):
    """Channels become pixels: ``(N, f1 f2 C, H, W)`` to ``(N, C, f1 H, f2 W)``.

    Parameters
    ----------
    factor : int or tuple of 2 ints         (f1, f2)
    """

    def __init__(self, factor):
        super().__init__(factor, 2)

    def hybrid_forward(self, F, x):
        f1, f2 = self._factors
        x = F.reshape(x, (0, -4, -1, f1 * f2, 0, 0))  # (N, C, f1 f2, H, W)
        x = F.reshape(x, (0, 0, -4, f1, f2, 0, 0))  # (N, C, f1, f2, H, W)
        x = F.transpose(x, (0, 1, 4, 2, 5, 3))  # (N, C, H, f1, W, f2)
        return F.reshape(x, (0, 0, -3, -3))


class PixelShuffle3D(_PixelShuffle):
    """Channels become voxels: ``(N, f1 f2 f3 C, D, H, W)`` to ``(N, C, f1 D, f2 H, f3 W)``.

    Parameters
    ----------
    factor : int or tuple of 3 ints         (f1, f2, f3)
    """

    def __init__(self, factor):
        super().__init__(factor, 3)

    def hybrid_forward(self, F, x):
        # one axis after the other: operators of 1.x take at most six
        f1, f2, f3 = self._factors
        x = F.reshape(x, (0, -4, -1, math.prod(self._factors), 0, 0, 0))
        x = F.swapaxes(x, 2, 3)  # (N, C, D, f1 f2 f3, H, W)
        x = F.reshape(x, (0, 0, 0, -4, f1, f2 * f3, 0, 0))  # (N, C, D, f1, f2 f3, H, W)
        x = F.reshape(x, (0, 0, -3, 0, 0, 0))  # (N, C, f1 D, f2 f3, H, W)
        x = F.swapaxes(x, 3, 4)  # (N, C, f1 D, H, f2 f3, W)
        x = F.reshape(x, (0, 0, 0, 0, -4, f2, f3, 0))  # (N, C, f1 D, H, f2, f3, W)
        x = F.reshape(x, (0, 0, 0, -3, 0, 0))  # (N, C, f1 D, f2 H, f3, W)
        x = F.swapaxes(x, 4, 5)  # (N, C, f1 D, f2 H, W, f3)
        return F.reshape(x, (0, 0, 0, 0, -3))
