"""Convolution and pooling layers.

The layers of one to three spatial axes differ in the axes alone, and in the defaults that say so.
"""

from ..block import HybridBlock
from ._arguments import LayerArgumentError, integers, natural, with_defaults
from .activations import Activation

__all__ = [
    "Conv1D",
    "Conv2D",
    "Conv3D",
    "Conv1DTranspose",
    "Conv2DTranspose",
    "Conv3DTranspose",
    "MaxPool1D",
    "MaxPool2D",
    "MaxPool3D",
    "AvgPool1D",
    "AvgPool2D",
    "AvgPool3D",
    "GlobalMaxPool1D",
    "GlobalMaxPool2D",
    "GlobalMaxPool3D",
    "GlobalAvgPool1D",
    "GlobalAvgPool2D",
    "GlobalAvgPool3D",
    "ReflectionPad2D",
]

LAYOUTS = {1: ("NCW", "NWC"), 2: ("NCHW", "NHWC"), 3: ("NCDHW", "NDHWC")}

_SETTINGS = """

    Parameters
    ----------
    channels : int                  of the result
    kernel_size : int or tuple
    strides, padding, dilation : int or tuple
    {output_padding}groups : int, default 1          into which channels are divided
    layout : {layouts}
    activation : str, optional      see :class:`Activation`
    use_bias : bool, default True
    weight_initializer, bias_initializer : Initializer or str
    in_channels : int, default 0    of the input; 0: from the first input
"""


class _Conv(HybridBlock):
    """Convolution, or its transpose, over ``AXES`` spatial axes."""

    AXES, TRANSPOSED = 2, False
    LAYOUTS = {**LAYOUTS, 1: ("NCW",)}
    NUMBERS = {"strides": 1, "padding": 0, "output_padding": 0, "dilation": 1}
    SETTINGS = _SETTINGS.replace("{output_padding}", "")

    def __init__(
        self,
        channels,
        kernel_size,
        strides=1,
        padding=0,
        dilation=1,
        groups=1,
        layout="NCHW",
        activation=None,
        use_bias=True,
        weight_initializer=None,
        bias_initializer="zeros",
        in_channels=0,
        **kwargs,
    ):
        where, n = type(self).__name__, self.AXES
        natural(where, "channels", channels)
        natural(where, "in_channels", in_channels, least=0)
        natural(where, "groups", groups)
        layouts = self.LAYOUTS[n]
        if layout not in layouts:
            raise LayerArgumentError(
                f"{where}: Only supports {' and '.join(map(repr, layouts))} layout for now, got "
                f"{layout!r}."
            )
        kernel = integers(where, "kernel_size", kernel_size, n)
        if channels % groups or in_channels % groups:
            raise LayerArgumentError(
                f"{where}: groups must divide channels and in_channels, got groups={groups}, "
                f"channels={channels}, in_channels={in_channels}."
            )
        super().__init__(**kwargs)
        self._channels, self._in_channels = channels, in_channels
        self._kwargs = {
            "kernel": kernel,
            "stride": integers(where, "strides", strides, n),
            "dilate": integers(where, "dilation", dilation, n),
            "pad": integers(where, "padding", padding, n),
            "num_filter": channels,
            "num_group": groups,
            "no_bias": not use_bias,
            "layout": layout,
        }
        outer, inner = channels, in_channels // groups
        if self.TRANSPOSED:
            outer, inner = in_channels, channels // groups
        shape = (outer, inner, *kernel) if layout[1] == "C" else (outer, *kernel, inner)
        with self.name_scope():
            self.weight = self.params.get(
                "weight", shape=shape, init=weight_initializer, allow_deferred_init=True
            )
            self.bias = None
            if use_bias:
                self.bias = self.params.get(
                    "bias", shape=(channels,), init=bias_initializer, allow_deferred_init=True
                )
            self.act = (
                None if activation is None else Activation(activation, prefix=activation + "_")
            )

    def _alias(self):
        return "conv"

    def hybrid_forward(self, F, x, weight, bias=None):
        operator = F.Deconvolution if self.TRANSPOSED else F.Convolution
        y = operator(x, weight, bias, name="fwd", **self._kwargs)
        return y if self.act is None else self.act(y)

    def __repr__(self):
        kw, shape, n = self._kwargs, self.weight.shape, len(self._kwargs["kernel"])
        # the transposed ones print the same axes, though there they mean channels -> in_channels
        first = shape[1] if self.TRANSPOSED else shape[1] or None
        text = f"{self.__class__.__name__}({first} -> {shape[0]}, "
        text += f"kernel_size={kw['kernel']}, stride={kw['stride']}"
        if kw["pad"] != (0,) * n:
            text += f", padding={kw['pad']}"
        if kw["dilate"] != (1,) * n:
            text += f", dilation={kw['dilate']}"
        if kw["num_group"] != 1:
            text += f", groups={kw['num_group']}"
        if self.bias is None:
            text += ", bias=False"
        if self.act is not None:
            text += f", {self.act}"
        return text + ")"


class _ConvTranspose(_Conv):
    """What the transposed convolutions share."""

    TRANSPOSED = True
    SETTINGS = _SETTINGS.replace(
        "{output_padding}",
        "output_padding : int or tuple    rows more on one side of the result\n    ",
    )

    def __init__(
        self,
        channels,
        kernel_size,
        strides=1,
        padding=0,
        output_padding=0,
        dilation=1,
        groups=1,
        layout="NCHW",
        activation=None,
        use_bias=True,
        weight_initializer=None,
        bias_initializer="zeros",
        in_channels=0,
        **kwargs,
    ):
        more = integers(type(self).__name__, "output_padding", output_padding, self.AXES)
        super().__init__(
            channels,
            kernel_size,
            strides,
            padding,
            dilation,
            groups,
            layout,
            activation,
            use_bias,
            weight_initializer,
            bias_initializer,
            in_channels,
            **kwargs,
        )
        self._kwargs["adj"] = more


_WINDOWS = """

    Parameters
    ----------
    pool_size : int or tuple, default 2
    strides : int or tuple, default pool_size
    padding : int or tuple, default 0
    ceil_mode : bool, default False    round the result's size up
    layout : {layouts}
"""
_PADDING = """    count_include_pad : bool, default True    let the padding's zeros count
"""
_OF_CHANNELS = """

    Parameters
    ----------
    layout : {layouts}
"""


class _Pooling(HybridBlock):
    """Pooling over ``AXES`` spatial axes: operator ``Pooling``."""

    AXES, TYPE, GLOBAL = 2, "avg", False
    LAYOUTS, NUMBERS = LAYOUTS, {"pool_size": 2}

    def _set(self, pool_size, strides, padding, ceil_mode, layout, kwargs):
        where, n = type(self).__name__, self.AXES
        if layout not in LAYOUTS[n]:
            raise LayerArgumentError(
                f"{where}: Only {' and '.join(LAYOUTS[n])} layouts are valid for {n}D Pooling, "
                f"got {layout!r}."
            )
        kernel = integers(where, "pool_size", pool_size, n)
        counted = kwargs.pop("count_include_pad", None)  # any pooling layer takes it, as 1.9.1's do
        HybridBlock.__init__(self, **kwargs)
        self._kwargs = {
            "kernel": kernel,
            "stride": kernel if strides is None else integers(where, "strides", strides, n),
            "pad": integers(where, "padding", padding, n),
            "global_pool": self.GLOBAL,
            "pool_type": self.TYPE,
            "pooling_convention": "full" if ceil_mode else "valid",
            "layout": layout,
        }
        if counted is not None:
            self._kwargs["count_include_pad"] = counted

    def _alias(self):
        return "pool"

    def hybrid_forward(self, F, x):
        return F.Pooling(x, name="fwd", **self._kwargs)

    def __repr__(self):
        kw = self._kwargs
        return (
            f"{self.__class__.__name__}(size={kw['kernel']}, stride={kw['stride']}, "
            f"padding={kw['pad']}, "
            f"ceil_mode={kw['pooling_convention'] == 'full'}, global_pool={kw['global_pool']}, "
            f"pool_type={kw['pool_type']}, layout={kw['layout']})"
        )


class _WindowPooling(_Pooling):
    """Pooling over windows; the order of parameters is the original's."""

    SETTINGS = _WINDOWS

    def __init__(
        self, pool_size=2, strides=None, padding=0, layout="NCHW", ceil_mode=False, **kwargs
    ):
        self._set(pool_size, strides, padding, ceil_mode, layout, kwargs)


class _LayoutLast(_Pooling):
    """Pooling over windows, with the other order of parameters."""

    SETTINGS = _WINDOWS

    def __init__(
        self, pool_size=2, strides=None, padding=0, ceil_mode=False, layout="NCHW", **kwargs
    ):
        self._set(pool_size, strides, padding, ceil_mode, layout, kwargs)


class _GlobalPooling(_Pooling):
    """Pooling over all positions."""

    SETTINGS, GLOBAL = _OF_CHANNELS, True

    def __init__(self, layout="NCHW", **kwargs):
        self._set(1, None, 0, True, layout, kwargs)


def _over(axes):
    """Decorator of a layer over so many axes: its defaults, the rest of its docstring."""

    def complete(cls):
        cls.AXES, layouts = axes, cls.LAYOUTS[axes]
        many = {k: (v,) * axes for k, v in cls.NUMBERS.items()} if axes > 1 else {}
        cls.__init__ = with_defaults(cls.__init__, layout=layouts[0], **many)
        shape = ", ".join(["B", *layouts[0][1:]])
        cls.__doc__ = cls.__doc__.format(shape=f"``({shape})``") + cls.SETTINGS.format(
            layouts=" or ".join(map(repr, layouts))
        )
        return cls

    return complete


@_over(1)
class Conv1D(_Conv):
    """Convolution of {shape}: operator ``Convolution``."""


@_over(2)
class Conv2D(_Conv):
    """Convolution of {shape}: operator ``Convolution``."""


@_over(3)
class Conv3D(_Conv):
    """Convolution of {shape}: operator ``Convolution``."""


@_over(1)
class Conv1DTranspose(_ConvTranspose):
    """Transposed convolution of {shape}: operator ``Deconvolution``."""


@_over(2)
class Conv2DTranspose(_ConvTranspose):
    """Transposed convolution of {shape}: operator ``Deconvolution``."""


@_over(3)
class Conv3DTranspose(_ConvTranspose):
    """Transposed convolution of {shape}: operator ``Deconvolution``."""


@_over(1)
class MaxPool1D(_WindowPooling):
    """Largest element of each window of {shape}."""

    TYPE = "max"


@_over(2)
class MaxPool2D(_WindowPooling):
    """Largest element of each window of {shape}."""

    TYPE = "max"


@_over(3)
class MaxPool3D(_LayoutLast):
    """Largest element of each window of {shape}."""

    TYPE = "max"


@_over(1)
class AvgPool1D(_WindowPooling):
    """Mean of each window of {shape}."""

    SETTINGS = _WINDOWS + _PADDING

    def __init__(
        self,
        pool_size=2,
        strides=None,
        padding=0,
        layout="NCW",
        ceil_mode=False,
        count_include_pad=True,
        **kwargs,
    ):
        super().__init__(pool_size, strides, padding, layout, ceil_mode, **kwargs)
        self._kwargs["count_include_pad"] = count_include_pad


class _AvgPool(_LayoutLast):
    SETTINGS = _WINDOWS + _PADDING

    def __init__(
        self,
        pool_size=2,
        strides=None,
        padding=0,
        ceil_mode=False,
        layout="NCHW",
        count_include_pad=True,
        **kwargs,
    ):
        super().__init__(pool_size, strides, padding, ceil_mode, layout, **kwargs)
        self._kwargs["count_include_pad"] = count_include_pad


@_over(2)
class AvgPool2D(_AvgPool):
    """Mean of each window of {shape}."""


@_over(3)
class AvgPool3D(_AvgPool):
    """Mean of each window of {shape}."""


@_over(1)
class GlobalMaxPool1D(_GlobalPooling):
    """Largest element of each channel of {shape}; its spatial axes get size 1."""

    TYPE = "max"


@_over(2)
class GlobalMaxPool2D(_GlobalPooling):
    """Largest element of each channel of {shape}; its spatial axes get size 1."""

    TYPE = "max"


@_over(3)
class GlobalMaxPool3D(_GlobalPooling):
    """Largest element of each channel of {shape}; its spatial axes get size 1."""

    TYPE = "max"


@_over(1)
class GlobalAvgPool1D(_GlobalPooling):
    """Mean of each channel of {shape}; its spatial axes get size 1."""


@_over(2)
class GlobalAvgPool2D(_GlobalPooling):
    """Mean of each channel of {shape}; its spatial axes get size 1."""


@_over(3)
class GlobalAvgPool3D(_GlobalPooling):
    """Mean of each channel of {shape}; its spatial axes get size 1."""


class ReflectionPad2D(HybridBlock):
    """Pad ``(B, C, H, W)`` with its own reflection at the edges: operator ``Pad``.

    Parameters
    ----------
    padding : int      rows and columns on each side
        tuple of 8     before and after, for each axis
    """

    def __init__(self, padding=0, **kwargs):
        if isinstance(padding, int):
            padding = (0, 0, 0, 0, padding, padding, padding, padding)
        padding = integers("ReflectionPad2D", "padding", padding, 8)
        super().__init__(**kwargs)
        self._padding = padding

    def hybrid_forward(self, F, x):
        return F.pad(x, mode="reflect", pad_width=self._padding)
