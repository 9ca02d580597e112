"""SqueezeNet (Iandola et al. 2016)."""

from ... import nn
from ...block import HybridBlock
from ...nn._branches import HybridConcurrent
from ..model_store import CPU, ROOT, UnknownSizeError, load_pretrained

__all__ = ["SqueezeNet", "squeezenet1_0", "squeezenet1_1", "get_squeezenet"]

# convolution of the stem (channels, size), then fire modules by their narrow width, and pools
_PLANS = {
    "1.0": ((96, 7), ("pool", 16, 16, 32, "pool", 32, 48, 48, 64, "pool", 64)),
    "1.1": ((64, 3), ("pool", 16, 16, "pool", 32, 32, "pool", 48, 48, 64, 64)),
}


def _make_fire(squeeze, expand1x1, expand3x3):
    """A narrow 1x1 convolution, then 1x1 and 3x3 side by side."""
    fire = nn.HybridSequential(prefix="")
    fire.add(_make_fire_conv(squeeze, 1))
    paths = HybridConcurrent(axis=1, prefix="")
    paths.add(_make_fire_conv(expand1x1, 1), _make_fire_conv(expand3x3, 3, 1))
    fire.add(paths)
    return fire


def _make_fire_conv(channels, kernel_size, padding=0):
    out = nn.HybridSequential(prefix="")
    out.add(nn.Conv2D(channels, kernel_size, padding=padding), nn.Activation("relu"))
    return out


class SqueezeNet(HybridBlock):
    """Fire modules: few channels in, more channels side by side out.

    Parameters
    ----------
    version : {'1.0', '1.1'}        1.1 has a smaller stem and pools earlier
    classes : int, default 1000
    prefix, params                  see :class:`HybridBlock`

    Shapes: x (N, 3, 224, 224), result (N, classes).
    """

    def __init__(self, version, classes=1000, **kwargs):
        super().__init__(**kwargs)
        if version not in _PLANS:
            raise UnknownSizeError(
                f"SqueezeNet: Unsupported SqueezeNet version {version}: 1.0 or 1.1 expected."
            )
        (channels, kernel), plan = _PLANS[version]
        with self.name_scope():
            self.features = nn.HybridSequential(prefix="")
            self.features.add(nn.Conv2D(channels, kernel_size=kernel, strides=2))
            self.features.add(nn.Activation("relu"))
            for part in plan:
                if part == "pool":
                    self.features.add(nn.MaxPool2D(pool_size=3, strides=2, ceil_mode=True))
                else:
                    self.features.add(_make_fire(part, 4 * part, 4 * part))
            self.features.add(nn.Dropout(0.5))
            self.output = nn.HybridSequential(prefix="")
            self.output.add(nn.Conv2D(classes, kernel_size=1), nn.Activation("relu"))
            self.output.add(nn.AvgPool2D(13), nn.Flatten())

    def hybrid_forward(self, F, x):
        return self.output(self.features(x))


def get_squeezenet(version, pretrained=False, ctx=CPU, root=ROOT, **kwargs):
    """A :class:`SqueezeNet`.

    Parameters
    ----------
    version : {'1.0', '1.1'}
    pretrained : bool, default False     load the parameters trained on ImageNet
    ctx : Context, default CPU           where they go
    root : str                           folder of parameter files
    **kwargs                             for the class
    """
    net = SqueezeNet(version, **kwargs)
    return load_pretrained(net, f"squeezenet{version}", pretrained, ctx, root)


def squeezenet1_0(**kwargs):
    """SqueezeNet 1.0; see :func:`get_squeezenet` for the arguments."""
    return get_squeezenet("1.0", **kwargs)


def squeezenet1_1(**kwargs):
    """SqueezeNet 1.1; see :func:`get_squeezenet` for the arguments."""
    return get_squeezenet("1.1", **kwargs)
