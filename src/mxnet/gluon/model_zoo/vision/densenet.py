"""DenseNet (Huang et al. 2017)."""

from ... import nn
from ...block import HybridBlock
from ...nn import Identity
from ...nn._branches import HybridConcurrent
from ..model_store import CPU, ROOT, UnknownSizeError, load_pretrained

__all__ = ["DenseNet", "densenet121", "densenet161", "densenet169", "densenet201", "get_densenet"]

# layers: (channels of the stem, channels each layer adds, layers per block)
densenet_spec = {
    121: (64, 32, [6, 12, 24, 16]),
    161: (96, 48, [6, 12, 36, 24]),
    169: (64, 32, [6, 12, 32, 32]),
    201: (64, 32, [6, 12, 48, 32]),
}


def _make_dense_layer(growth_rate, bn_size, dropout):
    """The input, joined with what two convolutions make of it."""
    new = nn.HybridSequential(prefix="")
    new.add(nn.BatchNorm(), nn.Activation("relu"))
    new.add(nn.Conv2D(bn_size * growth_rate, kernel_size=1, use_bias=False))
    new.add(nn.BatchNorm(), nn.Activation("relu"))
    new.add(nn.Conv2D(growth_rate, kernel_size=3, padding=1, use_bias=False))
    if dropout:
        new.add(nn.Dropout(dropout))
    out = HybridConcurrent(axis=1, prefix="")
    out.add(Identity(), new)
    return out


def _make_dense_block(num_layers, bn_size, growth_rate, dropout, stage_index):
    out = nn.HybridSequential(prefix=f"stage{stage_index}_")
    with out.name_scope():
        for _ in range(num_layers):
            out.add(_make_dense_layer(growth_rate, bn_size, dropout))
    return out


def _make_transition(num_output_features):
    """Fewer channels, half the size."""
    out = nn.HybridSequential(prefix="")
    out.add(nn.BatchNorm(), nn.Activation("relu"))
    out.add(nn.Conv2D(num_output_features, kernel_size=1, use_bias=False))
    out.add(nn.AvgPool2D(pool_size=2, strides=2))
    return out


class DenseNet(HybridBlock):
    """Blocks in which each layer sees the results of all before it.

    Parameters
    ----------
    num_init_features : int         channels of the stem
    growth_rate : int               channels that each layer adds
    block_config : list of int      layers per block
    bn_size : int, default 4        width of the narrow convolutions, in growth rates
    dropout : float, default 0      after each layer
    classes : int, default 1000
    prefix, params                  see :class:`HybridBlock`

    Shapes: x (N, 3, 224, 224), result (N, classes).
    """

    def __init__(
        self,
        num_init_features,
        growth_rate,
        block_config,
        bn_size=4,
        dropout=0,
        classes=1000,
        **kwargs,
    ):
        super().__init__(**kwargs)
        with self.name_scope():
            self.features = nn.HybridSequential(prefix="")
            self.features.add(nn.Conv2D(num_init_features, 7, 2, 3, use_bias=False))
            self.features.add(nn.BatchNorm(), nn.Activation("relu"), nn.MaxPool2D(3, 2, 1))
            channels = num_init_features
            for i, num_layers in enumerate(block_config):
                self.features.add(
                    _make_dense_block(num_layers, bn_size, growth_rate, dropout, i + 1)
                )
                channels += num_layers * growth_rate
                if i != len(block_config) - 1:
                    channels //= 2
                    self.features.add(_make_transition(channels))
            self.features.add(nn.BatchNorm(), nn.Activation("relu"))
            self.features.add(nn.AvgPool2D(pool_size=7), nn.Flatten())
            self.output = nn.Dense(classes)

    def hybrid_forward(self, F, x):
        return self.output(self.features(x))


def get_densenet(num_layers, pretrained=False, ctx=CPU, root=ROOT, **kwargs):
    """A :class:`DenseNet`.

    Parameters
    ----------
    num_layers : {121, 161, 169, 201}
    pretrained : bool, default False     load the parameters trained on ImageNet
    ctx : Context, default CPU           where they go
    root : str                           folder of parameter files
    **kwargs                             for the class
    """
    if num_layers not in densenet_spec:
        raise UnknownSizeError(
            f"get_densenet: expected num_layers of {sorted(densenet_spec)}, got {num_layers!r}."
        )
    net = DenseNet(*densenet_spec[num_layers], **kwargs)
    return load_pretrained(net, f"densenet{num_layers}", pretrained, ctx, root)


def densenet121(**kwargs):
    """DenseNet-121; see :func:`get_densenet` for the arguments."""
    return get_densenet(121, **kwargs)


def densenet161(**kwargs):
    """DenseNet-161; see :func:`get_densenet` for the arguments."""
    return get_densenet(161, **kwargs)


def densenet169(**kwargs):
    """DenseNet-169; see :func:`get_densenet` for the arguments."""
    return get_densenet(169, **kwargs)


def densenet201(**kwargs):
    """DenseNet-201; see :func:`get_densenet` for the arguments."""
    return get_densenet(201, **kwargs)
