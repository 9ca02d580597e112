"""Residual networks: version 1 (He et al. 2015) and version 2 (2016, normalisation first)."""

from ... import nn
from ...block import HybridBlock
from ..model_store import CPU, ROOT, UnknownSizeError, load_pretrained

__all__ = [
    "ResNetV1",
    "ResNetV2",
    "BasicBlockV1",
    "BasicBlockV2",
    "BottleneckV1",
    "BottleneckV2",
    "resnet18_v1",
    "resnet34_v1",
    "resnet50_v1",
    "resnet101_v1",
    "resnet152_v1",
    "resnet18_v2",
    "resnet34_v2",
    "resnet50_v2",
    "resnet101_v2",
    "resnet152_v2",
    "get_resnet",
]


def _conv3x3(channels, stride, in_channels):
    return nn.Conv2D(
        channels,
        kernel_size=3,
        strides=stride,
        padding=1,
        use_bias=False,
        in_channels=in_channels,
    )


def _conv1x1(channels, stride, in_channels=0):
    return nn.Conv2D(
        channels, kernel_size=1, strides=stride, use_bias=False, in_channels=in_channels
    )


class _BlockV1(HybridBlock):
    """``relu(x + body(x))``; ``downsample`` brings x to the body's shape."""

    _shortcut_first = True  # the order of the sum, as exported files have it

    def __init__(self, channels, stride, downsample=False, in_channels=0, **kwargs):
        super().__init__(**kwargs)
        self.body = nn.HybridSequential(prefix="")
        self._fill(self.body, channels, stride, in_channels)
        self.downsample = None
        if downsample:
            self.downsample = nn.HybridSequential(prefix="")
            self.downsample.add(_conv1x1(channels, stride, in_channels), nn.BatchNorm())

    def hybrid_forward(self, F, x):
        y = self.body(x)
        if self.downsample is not None:
            x = self.downsample(x)
        return F.Activation(x + y if self._shortcut_first else y + x, act_type="relu")


class BasicBlockV1(_BlockV1):
    """Two convolutions of 3x3 around which the input is added.

    Parameters
    ----------
    channels : int                       of the result
    stride : int                         of the first convolution
    downsample : bool, default False     bring the input to the result's shape by a convolution
    in_channels : int, default 0         of the input; 0: from the first input
    prefix, params                       see :class:`HybridBlock`
    """

    def _fill(self, body, channels, stride, in_channels):
        body.add(_conv3x3(channels, stride, in_channels), nn.BatchNorm(), nn.Activation("relu"))
        body.add(_conv3x3(channels, 1, channels), nn.BatchNorm())


class BottleneckV1(_BlockV1):
    """Convolutions of 1x1, 3x3 and 1x1 around which the input is added.

    Parameters
    ----------
    channels : int                       of the result; four times those inside
    stride : int                         of the first convolution
    downsample : bool, default False     bring the input to the result's shape by a convolution
    in_channels : int, default 0         of the input; 0: from the first input
    prefix, params                       see :class:`HybridBlock`
    """

    _shortcut_first = False

    def _fill(self, body, channels, stride, in_channels):
        inside = channels // 4
        body.add(nn.Conv2D(inside, kernel_size=1, strides=stride))
        body.add(nn.BatchNorm(), nn.Activation("relu"))
        body.add(_conv3x3(inside, 1, inside), nn.BatchNorm(), nn.Activation("relu"))
        body.add(nn.Conv2D(channels, kernel_size=1, strides=1), nn.BatchNorm())


class _BlockV2(HybridBlock):
    """The input added to what normalisation, relu and a convolution, in turns, make of it."""

    def __init__(self, channels, stride, downsample=False, in_channels=0, **kwargs):
        super().__init__(**kwargs)
        convolutions = self._convolutions(channels, stride, in_channels)
        self._count = len(convolutions)
        for i, convolution in enumerate(convolutions, 1):
            setattr(self, f"bn{i}", nn.BatchNorm())
            setattr(self, f"conv{i}", convolution)
        self.downsample = _conv1x1(channels, stride, in_channels) if downsample else None

    def hybrid_forward(self, F, x):
        y = x
        for i in range(1, self._count + 1):
            y = F.Activation(getattr(self, f"bn{i}")(y), act_type="relu")
            if i == 1 and self.downsample is not None:
                x = self.downsample(y)
            y = getattr(self, f"conv{i}")(y)
        return y + x


class BasicBlockV2(_BlockV2):
    """Twice normalisation, relu and a convolution of 3x3; the input is added.

    Parameters
    ----------
    channels : int                       of the result
    stride : int                         of the first convolution
    downsample : bool, default False     bring the input to the result's shape by a convolution
    in_channels : int, default 0         of the input; 0: from the first input
    prefix, params                       see :class:`HybridBlock`
    """

    def _convolutions(self, channels, stride, in_channels):
        return [_conv3x3(channels, stride, in_channels), _conv3x3(channels, 1, channels)]


class BottleneckV2(_BlockV2):
    """Three times normalisation, relu and a convolution (1x1, 3x3, 1x1); the input is added.

    Parameters
    ----------
    channels : int                       of the result; four times those inside
    stride : int                         of the second convolution
    downsample : bool, default False     bring the input to the result's shape by a convolution
    in_channels : int, default 0         of the input; 0: from the first input
    prefix, params                       see :class:`HybridBlock`
    """

    def _convolutions(self, channels, stride, in_channels):
        inside = channels // 4
        return [_conv1x1(inside, 1), _conv3x3(inside, stride, inside), _conv1x1(channels, 1)]


class _ResNet(HybridBlock):
    """What the two versions share."""

    def __init__(self, block, layers, channels, classes=1000, thumbnail=False, **kwargs):
        super().__init__(**kwargs)
        if len(layers) != len(channels) - 1:
            raise nn.LayerArgumentError(
                f"{type(self).__name__}: expected one number of channels more than of layers (the "
                f"first is the stem's), got layers={layers}, channels={channels}."
            )
        with self.name_scope():
            self.features = nn.HybridSequential(prefix="")
            self._fill(block, layers, channels, thumbnail)
            self.output = nn.Dense(classes, in_units=channels[-1])

    def _add_stem(self, channels, thumbnail):
        """The layers before the stages: one small convolution for small images."""
        if thumbnail:
            self.features.add(_conv3x3(channels, 1, 0))
            return
        self.features.add(nn.Conv2D(channels, 7, 2, 3, use_bias=False))
        self.features.add(nn.BatchNorm(), nn.Activation("relu"), nn.MaxPool2D(3, 2, 1))

    def _add_stages(self, block, layers, channels):
        for i, count in enumerate(layers):
            stride = 1 if i == 0 else 2
            self.features.add(
                self._make_layer(
                    block, count, channels[i + 1], stride, i + 1, in_channels=channels[i]
                )
            )

    def _make_layer(self, block, layers, channels, stride, stage_index, in_channels=0):
        layer = nn.HybridSequential(prefix=f"stage{stage_index}_")
        with layer.name_scope():
            changes = channels != in_channels
            layer.add(block(channels, stride, changes, in_channels=in_channels, prefix=""))
            for _ in range(layers - 1):
                layer.add(block(channels, 1, False, in_channels=channels, prefix=""))
        return layer

    def hybrid_forward(self, F, x):
        return self.output(self.features(x))


class ResNetV1(_ResNet):
    """Residual network, version 1.

    Parameters
    ----------
    block : class                   :class:`BasicBlockV1` or :class:`BottleneckV1`
    layers : list of int            blocks per stage
    channels : list of int          of the stem and of each stage: one more than ``layers``
    classes : int, default 1000
    thumbnail : bool, default False     for small images: a stem that keeps their size
    prefix, params                  see :class:`HybridBlock`

    Shapes: x (N, 3, H, W), result (N, classes).
    """

    def _fill(self, block, layers, channels, thumbnail):
        self._add_stem(channels[0], thumbnail)
        self._add_stages(block, layers, channels)
        self.features.add(nn.GlobalAvgPool2D())


class ResNetV2(_ResNet):
    """Residual network, version 2.

    Parameters
    ----------
    block : class                   :class:`BasicBlockV2` or :class:`BottleneckV2`
    layers : list of int            blocks per stage
    channels : list of int          of the stem and of each stage: one more than ``layers``
    classes : int, default 1000
    thumbnail : bool, default False     for small images: a stem that keeps their size
    prefix, params                  see :class:`HybridBlock`

    Shapes: x (N, 3, H, W), result (N, classes).
    """

    def _fill(self, block, layers, channels, thumbnail):
        self.features.add(nn.BatchNorm(scale=False, center=False))
        self._add_stem(channels[0], thumbnail)
        self._add_stages(block, layers, channels)
        self.features.add(nn.BatchNorm(), nn.Activation("relu"))
        self.features.add(nn.GlobalAvgPool2D(), nn.Flatten())


resnet_spec = {
    18: ("basic_block", [2, 2, 2, 2], [64, 64, 128, 256, 512]),
    34: ("basic_block", [3, 4, 6, 3], [64, 64, 128, 256, 512]),
    50: ("bottle_neck", [3, 4, 6, 3], [64, 256, 512, 1024, 2048]),
    101: ("bottle_neck", [3, 4, 23, 3], [64, 256, 512, 1024, 2048]),
    152: ("bottle_neck", [3, 8, 36, 3], [64, 256, 512, 1024, 2048]),
}
resnet_net_versions = [ResNetV1, ResNetV2]
resnet_block_versions = [
    {"basic_block": BasicBlockV1, "bottle_neck": BottleneckV1},
    {"basic_block": BasicBlockV2, "bottle_neck": BottleneckV2},
]


def get_resnet(version, num_layers, pretrained=False, ctx=CPU, root=ROOT, **kwargs):
    """A :class:`ResNetV1` or :class:`ResNetV2`.

    Parameters
    ----------
    version : {1, 2}
    num_layers : {18, 34, 50, 101, 152}
    pretrained : bool, default False     load the parameters trained on ImageNet
    ctx : Context, default CPU           where they go
    root : str                           folder of parameter files
    **kwargs                             for the class
    """
    if num_layers not in resnet_spec:
        raise UnknownSizeError(
            f"get_resnet: Invalid number of layers: {num_layers!r}. Options are "
            f"{sorted(resnet_spec)}."
        )
    if version not in (1, 2):
        raise UnknownSizeError(
            f"get_resnet: Invalid resnet version: {version!r}. Options are 1 and 2."
        )
    kind, layers, channels = resnet_spec[num_layers]
    block = resnet_block_versions[version - 1][kind]
    net = resnet_net_versions[version - 1](block, layers, channels, **kwargs)
    return load_pretrained(net, f"resnet{num_layers}_v{version}", pretrained, ctx, root)


def resnet18_v1(**kwargs):
    """ResNet-18, version 1; see :func:`get_resnet` for the arguments."""
    return get_resnet(1, 18, **kwargs)


def resnet34_v1(**kwargs):
    """ResNet-34, version 1; see :func:`get_resnet` for the arguments."""
    return get_resnet(1, 34, **kwargs)


def resnet50_v1(**kwargs):
    """ResNet-50, version 1; see :func:`get_resnet` for the arguments."""
    return get_resnet(1, 50, **kwargs)


def resnet101_v1(**kwargs):
    """ResNet-101, version 1; see :func:`get_resnet` for the arguments."""
    return get_resnet(1, 101, **kwargs)


def resnet152_v1(**kwargs):
    """ResNet-152, version 1; see :func:`get_resnet` for the arguments."""
    return get_resnet(1, 152, **kwargs)


def resnet18_v2(**kwargs):
    """ResNet-18, version 2; see :func:`get_resnet` for the arguments."""
    return get_resnet(2, 18, **kwargs)


def resnet34_v2(**kwargs):
    """ResNet-34, version 2; see :func:`get_resnet` for the arguments."""
    return get_resnet(2, 34, **kwargs)


def resnet50_v2(**kwargs):
    """ResNet-50, version 2; see :func:`get_resnet` for the arguments."""
    return get_resnet(2, 50, **kwargs)


def resnet101_v2(**kwargs):
    """ResNet-101, version 2; see :func:`get_resnet` for the arguments."""
    return get_resnet(2, 101, **kwargs)


def resnet152_v2(**kwargs):
    """ResNet-152, version 2; see :func:`get_resnet` for the arguments."""
    return get_resnet(2, 152, **kwargs)
