"""MobileNet, version 1 (Howard et al. 2017) and version 2 (Sandler et al. 2018)."""

from ... import nn
from ...block import HybridBlock
from ..model_store import CPU, ROOT, load_pretrained

__all__ = [
    "MobileNet",
    "MobileNetV2",
    "mobilenet1_0",
    "mobilenet_v2_1_0",
    "mobilenet0_75",
    "mobilenet_v2_0_75",
    "mobilenet0_5",
    "mobilenet_v2_0_5",
    "mobilenet0_25",
    "mobilenet_v2_0_25",
    "get_mobilenet",
    "get_mobilenet_v2",
    "LinearBottleneck",
    "RELU6",
]


class RELU6(nn.HybridBlock):
    """``min(max(x, 0), 6)``."""

    def hybrid_forward(self, F, x):
        return F.clip(x, 0, 6, name="relu6")


def _add_conv(out, channels, kernel=1, stride=1, pad=0, num_group=1, active=True, relu6=False):
    """A convolution, its normalisation and, if active, its activation."""
    conv = nn.Conv2D(channels, kernel, stride, pad, groups=num_group, use_bias=False)
    out.add(conv, nn.BatchNorm(scale=True))
    if active:
        out.add(RELU6() if relu6 else nn.Activation("relu"))


def _add_conv_dw(out, dw_channels, channels, stride):
    """A convolution per channel, then one of 1x1."""
    _add_conv(out, dw_channels, 3, stride, 1, num_group=dw_channels)
    _add_conv(out, channels)


class LinearBottleneck(HybridBlock):
    """Widen by 1x1, convolve per channel, narrow by 1x1; the input is added where shapes allow.

    Parameters
    ----------
    in_channels, channels : int     of the input and of the result
    t : int                         factor by which it is widened
    stride : int
    prefix, params                  see :class:`HybridBlock`
    """

    def __init__(self, in_channels, channels, t, stride, **kwargs):
        super().__init__(**kwargs)
        self.use_shortcut = stride == 1 and in_channels == channels
        with self.name_scope():
            self.out = nn.HybridSequential()
            wide = in_channels * t
            _add_conv(self.out, wide, relu6=True)
            _add_conv(self.out, wide, 3, stride, 1, num_group=wide, relu6=True)
            _add_conv(self.out, channels, active=False)

    def hybrid_forward(self, F, x):
        y = self.out(x)
        return F.elemwise_add(y, x) if self.use_shortcut else y


class MobileNet(HybridBlock):
    """MobileNet, version 1.

    Parameters
    ----------
    multiplier : float, default 1   of all channels
    classes : int, default 1000
    prefix, params                  see :class:`HybridBlock`

    Shapes: x (N, 3, 224, 224), result (N, classes).
    """

    def __init__(self, multiplier=1.0, classes=1000, **kwargs):
        super().__init__(**kwargs)
        inner = [32, 64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024]
        outer = [*inner[1:], 1024]
        strides = [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1]
        with self.name_scope():
            self.features = nn.HybridSequential(prefix="")
            with self.features.name_scope():
                _add_conv(self.features, int(32 * multiplier), 3, 2, 1)
                for a, b, stride in zip(inner, outer, strides):
                    _add_conv_dw(self.features, int(a * multiplier), int(b * multiplier), stride)
                self.features.add(nn.GlobalAvgPool2D(), nn.Flatten())
            self.output = nn.Dense(classes)

    def hybrid_forward(self, F, x):
        return self.output(self.features(x))


class MobileNetV2(HybridBlock):
    """MobileNet, version 2.

    Parameters
    ----------
    multiplier : float, default 1   of all channels
    classes : int, default 1000
    prefix, params                  see :class:`HybridBlock`

    Shapes: x (N, 3, 224, 224), result (N, classes).
    """

    def __init__(self, multiplier=1.0, classes=1000, **kwargs):
        super().__init__(**kwargs)
        inner = [32, 16, 24, 24, 32, 32, 32, 64, 64, 64, 64, 96, 96, 96, 160, 160, 160]
        outer = [*inner[1:], 320]
        strides = [1, 2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1]
        with self.name_scope():
            self.features = nn.HybridSequential(prefix="features_")
            with self.features.name_scope():
                _add_conv(self.features, int(32 * multiplier), 3, 2, 1, relu6=True)
                for i, (a, b, stride) in enumerate(zip(inner, outer, strides)):
                    self.features.add(
                        LinearBottleneck(
                            in_channels=int(a * multiplier),
                            channels=int(b * multiplier),
                            t=6 if i else 1,
                            stride=stride,
                        )
                    )
                last = int(1280 * multiplier) if multiplier > 1.0 else 1280
                _add_conv(self.features, last, relu6=True)
                self.features.add(nn.GlobalAvgPool2D())
            self.output = nn.HybridSequential(prefix="output_")
            with self.output.name_scope():
                conv = nn.Conv2D(classes, kernel_size=1, use_bias=False, prefix="pred_")
                self.output.add(conv, nn.Flatten())

    def hybrid_forward(self, F, x):
        return self.output(self.features(x))


def _suffix(multiplier):
    """The width as file names have it: 1.0, 0.75, 0.5, 0.25."""
    text = f"{multiplier:.2f}"
    return text[:-1] if text in ("1.00", "0.50") else text


def get_mobilenet(multiplier, pretrained=False, ctx=CPU, root=ROOT, **kwargs):
    """A :class:`MobileNet`.

    Parameters
    ----------
    multiplier : float                   of all channels; there are trained ones of 1, 0.75, 0.5
        and 0.25
    pretrained : bool, default False     load the parameters trained on ImageNet
    ctx : Context, default CPU           where they go
    root : str                           folder of parameter files
    **kwargs                             for the class
    """
    net = MobileNet(multiplier, **kwargs)
    return load_pretrained(net, f"mobilenet{_suffix(multiplier)}", pretrained, ctx, root)


def get_mobilenet_v2(multiplier, pretrained=False, ctx=CPU, root=ROOT, **kwargs):
    """A :class:`MobileNetV2`.

    Parameters
    ----------
    multiplier : float                   of all channels; there are trained ones of 1, 0.75, 0.5
        and 0.25
    pretrained : bool, default False     load the parameters trained on ImageNet
    ctx : Context, default CPU           where they go
    root : str                           folder of parameter files
    **kwargs                             for the class
    """
    net = MobileNetV2(multiplier, **kwargs)
    return load_pretrained(net, f"mobilenetv2_{_suffix(multiplier)}", pretrained, ctx, root)


def mobilenet1_0(**kwargs):
    """MobileNet of width 1.0; see :func:`get_mobilenet` for the arguments."""
    return get_mobilenet(1.0, **kwargs)


def mobilenet_v2_1_0(**kwargs):
    """MobileNet v2 of width 1.0; see :func:`get_mobilenet_v2` for the arguments."""
    return get_mobilenet_v2(1.0, **kwargs)


def mobilenet0_75(**kwargs):
    """MobileNet of width 0.75; see :func:`get_mobilenet` for the arguments."""
    return get_mobilenet(0.75, **kwargs)


def mobilenet_v2_0_75(**kwargs):
    """MobileNet v2 of width 0.75; see :func:`get_mobilenet_v2` for the arguments."""
    return get_mobilenet_v2(0.75, **kwargs)


def mobilenet0_5(**kwargs):
    """MobileNet of width 0.5; see :func:`get_mobilenet` for the arguments."""
    return get_mobilenet(0.5, **kwargs)


def mobilenet_v2_0_5(**kwargs):
    """MobileNet v2 of width 0.5; see :func:`get_mobilenet_v2` for the arguments."""
    return get_mobilenet_v2(0.5, **kwargs)


def mobilenet0_25(**kwargs):
    """MobileNet of width 0.25; see :func:`get_mobilenet` for the arguments."""
    return get_mobilenet(0.25, **kwargs)


def mobilenet_v2_0_25(**kwargs):
    """MobileNet v2 of width 0.25; see :func:`get_mobilenet_v2` for the arguments."""
    return get_mobilenet_v2(0.25, **kwargs)
