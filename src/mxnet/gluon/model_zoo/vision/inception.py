"""Inception v3 (Szegedy et al. 2015)."""

from ... import nn
from ...block import HybridBlock
from ...nn._branches import HybridConcurrent
from ..model_store import CPU, ROOT, load_pretrained

__all__ = ["Inception3", "inception_v3", "make_aux"]


def _make_basic_conv(channels, kernel_size, strides=1, padding=0):
    out = nn.HybridSequential(prefix="")
    out.add(
        nn.Conv2D(channels, kernel_size, strides, padding, use_bias=False),
        nn.BatchNorm(epsilon=0.001),
        nn.Activation("relu"),
    )
    return out


def _make_branch(pool, *convolutions):
    """Pooling, if any ('avg', 'max'), and convolutions: (channels, kernel, strides, padding)."""
    out = nn.HybridSequential(prefix="")
    if pool == "avg":
        out.add(nn.AvgPool2D(pool_size=3, strides=1, padding=1))
    elif pool == "max":
        out.add(nn.MaxPool2D(pool_size=3, strides=2))
    for settings in convolutions:
        out.add(_make_basic_conv(*settings))
    return out


def _module(prefix, *branches):
    """Branches side by side; each is a tuple of arguments of :func:`_make_branch` or made here."""
    out = HybridConcurrent(axis=1, prefix=prefix)
    with out.name_scope():
        for branch in branches:
            out.add(branch() if callable(branch) else _make_branch(*branch))
    return out


def _make_A(pool_features, prefix):
    return _module(
        prefix,
        (None, (64, 1)),
        (None, (48, 1), (64, 5, 1, 2)),
        (None, (64, 1), (96, 3, 1, 1), (96, 3, 1, 1)),
        ("avg", (pool_features, 1)),
    )


def _make_B(prefix):
    return _module(
        prefix,
        (None, (384, 3, 2)),
        (None, (64, 1), (96, 3, 1, 1), (96, 3, 2)),
        ("max",),
    )


_ROW, _COLUMN = ((1, 7), 1, (0, 3)), ((7, 1), 1, (3, 0))


def _make_C(channels_7x7, prefix):
    n = channels_7x7
    return _module(
        prefix,
        (None, (192, 1)),
        (None, (n, 1), (n, *_ROW), (192, *_COLUMN)),
        (None, (n, 1), (n, *_COLUMN), (n, *_ROW), (n, *_COLUMN), (192, *_ROW)),
        ("avg", (192, 1)),
    )


def _make_D(prefix):
    return _module(
        prefix,
        (None, (192, 1), (320, 3, 2)),
        (None, (192, 1), (192, *_ROW), (192, *_COLUMN), (192, 3, 2)),
        ("max",),
    )


def _make_E(prefix):
    def forked(*convolutions):
        out = nn.HybridSequential(prefix="")
        out.add(_make_branch(None, *convolutions))
        fork = HybridConcurrent(axis=1, prefix="")
        fork.add(_make_branch(None, (384, (1, 3), 1, (0, 1))))
        fork.add(_make_branch(None, (384, (3, 1), 1, (1, 0))))
        out.add(fork)
        return out

    return _module(
        prefix,
        (None, (320, 1)),
        lambda: forked((384, 1)),
        lambda: forked((448, 1), (384, 3, 1, 1)),
        ("avg", (192, 1)),
    )


def make_aux(classes):
    """The auxiliary classifier of the paper; the network here does without."""
    out = nn.HybridSequential(prefix="")
    out.add(nn.AvgPool2D(pool_size=5, strides=3))
    out.add(_make_basic_conv(128, 1), _make_basic_conv(768, 5))
    out.add(nn.Flatten(), nn.Dense(classes))
    return out


class Inception3(HybridBlock):
    """Inception v3: modules of branches of different reach, side by side.

    Parameters
    ----------
    classes : int, default 1000
    prefix, params                  see :class:`HybridBlock`

    Shapes: x (N, 3, 299, 299), result (N, classes).
    """

    def __init__(self, classes=1000, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.features = features = nn.HybridSequential(prefix="")
            features.add(_make_basic_conv(32, 3, 2), _make_basic_conv(32, 3))
            features.add(_make_basic_conv(64, 3, 1, 1), nn.MaxPool2D(pool_size=3, strides=2))
            features.add(_make_basic_conv(80, 1), _make_basic_conv(192, 3))
            features.add(nn.MaxPool2D(pool_size=3, strides=2))
            features.add(_make_A(32, "A1_"), _make_A(64, "A2_"), _make_A(64, "A3_"))
            features.add(_make_B("B_"))
            features.add(_make_C(128, "C1_"), _make_C(160, "C2_"))
            features.add(_make_C(160, "C3_"), _make_C(192, "C4_"))
            features.add(_make_D("D_"))
            features.add(_make_E("E1_"), _make_E("E2_"))
            features.add(nn.AvgPool2D(pool_size=8), nn.Dropout(0.5))
            self.output = nn.Dense(classes)

    def hybrid_forward(self, F, x):
        return self.output(self.features(x))


def inception_v3(pretrained=False, ctx=CPU, root=ROOT, **kwargs):
    """:class:`Inception3`.

    Parameters
    ----------
    pretrained : bool, default False     load the parameters trained on ImageNet
    ctx : Context, default CPU           where they go
    root : str                           folder of parameter files
    **kwargs                             for the class
    """
    return load_pretrained(Inception3(**kwargs), "inceptionv3", pretrained, ctx, root)
