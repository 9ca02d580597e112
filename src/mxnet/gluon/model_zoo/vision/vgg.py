"""VGG networks (Simonyan and Zisserman 2014), plain and with batch normalisation."""

from ....initializer import Xavier
from ... import nn
from ...block import HybridBlock
from ..model_store import CPU, ROOT, UnknownSizeError, load_pretrained

__all__ = [
    "VGG",
    "vgg11",
    "vgg13",
    "vgg16",
    "vgg19",
    "vgg11_bn",
    "vgg13_bn",
    "vgg16_bn",
    "vgg19_bn",
    "get_vgg",
]

vgg_spec = {
    11: ([1, 1, 2, 2, 2], [64, 128, 256, 512, 512]),
    13: ([2, 2, 2, 2, 2], [64, 128, 256, 512, 512]),
    16: ([2, 2, 3, 3, 3], [64, 128, 256, 512, 512]),
    19: ([2, 2, 4, 4, 4], [64, 128, 256, 512, 512]),
}


class VGG(HybridBlock):
    """Convolutions of 3x3 in five stages, then three dense layers.

    Parameters
    ----------
    layers : list of int            convolutions per stage
    filters : list of int           their channels
    classes : int, default 1000
    batch_norm : bool, default False
    prefix, params                  see :class:`HybridBlock`

    Shapes: x (N, 3, 224, 224), result (N, classes).
    """

    def __init__(self, layers, filters, classes=1000, batch_norm=False, **kwargs):
        super().__init__(**kwargs)
        if len(layers) != len(filters):
            raise nn.LayerArgumentError(
                f"VGG: layers and filters must have the same length, got {layers} and {filters}."
            )
        with self.name_scope():
            self.features = self._make_features(layers, filters, batch_norm)
            for _ in range(2):
                dense = nn.Dense(
                    4096, activation="relu", weight_initializer="normal", bias_initializer="zeros"
                )
                self.features.add(dense, nn.Dropout(rate=0.5))
            self.output = nn.Dense(classes, weight_initializer="normal", bias_initializer="zeros")

    def _make_features(self, layers, filters, batch_norm):
        features = nn.HybridSequential(prefix="")
        for count, channels in zip(layers, filters):
            for _ in range(count):
                init = Xavier(rnd_type="gaussian", factor_type="out", magnitude=2)
                features.add(
                    nn.Conv2D(
                        channels,
                        kernel_size=3,
                        padding=1,
                        weight_initializer=init,
                        bias_initializer="zeros",
                    )
                )
                if batch_norm:
                    features.add(nn.BatchNorm())
                features.add(nn.Activation("relu"))
            features.add(nn.MaxPool2D(strides=2))
        return features

    def hybrid_forward(self, F, x):
        return self.output(self.features(x))


def get_vgg(num_layers, pretrained=False, ctx=CPU, root=ROOT, **kwargs):
    """A :class:`VGG`.

    Parameters
    ----------
    num_layers : {11, 13, 16, 19}
    pretrained : bool, default False     load the parameters trained on ImageNet
    ctx : Context, default CPU           where they go
    root : str                           folder of parameter files
    **kwargs                             for the class, e.g. ``batch_norm=True``
    """
    if num_layers not in vgg_spec:
        raise UnknownSizeError(
            f"get_vgg: expected num_layers of {sorted(vgg_spec)}, got {num_layers!r}."
        )
    net = VGG(*vgg_spec[num_layers], **kwargs)
    name = f"vgg{num_layers}" + ("_bn" if kwargs.get("batch_norm") else "")
    return load_pretrained(net, name, pretrained, ctx, root)


def vgg11(**kwargs):
    """VGG with 11 layers; see :func:`get_vgg` for the arguments."""
    return get_vgg(11, **kwargs)


def vgg13(**kwargs):
    """VGG with 13 layers; see :func:`get_vgg` for the arguments."""
    return get_vgg(13, **kwargs)


def vgg16(**kwargs):
    """VGG with 16 layers; see :func:`get_vgg` for the arguments."""
    return get_vgg(16, **kwargs)


def vgg19(**kwargs):
    """VGG with 19 layers; see :func:`get_vgg` for the arguments."""
    return get_vgg(19, **kwargs)


def vgg11_bn(**kwargs):
    """VGG with 11 layers and batch normalisation; see :func:`get_vgg` for the arguments."""
    return get_vgg(11, **{**kwargs, "batch_norm": True})


def vgg13_bn(**kwargs):
    """VGG with 13 layers and batch normalisation; see :func:`get_vgg` for the arguments."""
    return get_vgg(13, **{**kwargs, "batch_norm": True})


def vgg16_bn(**kwargs):
    """VGG with 16 layers and batch normalisation; see :func:`get_vgg` for the arguments."""
    return get_vgg(16, **{**kwargs, "batch_norm": True})


def vgg19_bn(**kwargs):
    """VGG with 19 layers and batch normalisation; see :func:`get_vgg` for the arguments."""
    return get_vgg(19, **{**kwargs, "batch_norm": True})
