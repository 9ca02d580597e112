"""Convolution and pooling layers.

The layers of one to three spatial axes differ in the axes alone: their constructors say which
arguments and defaults a user sees, and :class:`_Conv` and :class:`_Pooling` do the rest.
"""

from ..block import HybridBlock
from ._arguments import LayerArgumentError, integers, natural
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
    """Convolution, or with ``adj`` its transpose, over ``n`` spatial axes."""

    def __init__(
        self,
        n,
        channels,
        kernel_size,
        strides,
        padding,
        dilation,
        groups,
        layout,
        in_channels=0,
        activation=None,
        use_bias=True,
        weight_initializer=None,
        bias_initializer="zeros",
        adj=None,
        layouts=None,
        prefix=None,
        params=None,
    ):
        where = type(self).__name__
        natural(where, "channels", channels)
        natural(where, "in_channels", in_channels, least=0)
        natural(where, "groups", groups)
        layouts = layouts or LAYOUTS[n]
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
        super().__init__(prefix, params)
        self._channels, self._in_channels = channels, in_channels
        self._transposed = adj is not None
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
        if self._transposed:
            self._kwargs["adj"] = integers(where, "output_padding", adj, n)
            outer, inner = in_channels, channels // groups
        else:
            outer, inner = channels, in_channels // groups
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
        operator = F.Deconvolution if self._transposed else F.Convolution
        y = operator(x, weight, bias, name="fwd", **self._kwargs)
        return y if self.act is None else self.act(y)

    def __repr__(self):
        kw, shape, n = self._kwargs, self.weight.shape, len(self._kwargs["kernel"])
        # the transposed ones print the same axes, though there they mean channels -> in_channels
        first = shape[1] if self._transposed else shape[1] or None
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


def _documented(cls):
    """Complete the docstring of a convolution layer."""
    output_padding = "output_padding : int or tuple    rows more on one side of the result\n    "
    cls.__doc__ += _SETTINGS.format(
        output_padding=output_padding if "Transpose" in cls.__name__ else "",
        layouts="'NCW'"
        if "1D" in cls.__name__
        else "'NCHW' or 'NHWC'"
        if "2D" in cls.__name__
        else "'NCDHW' or 'NDHWC'",
    )
    return cls


@_documented
class Conv1D(_Conv):
    """Convolution of ``(B, C, W)``: operator ``Convolution``."""

    def __init__(
        self,
        channels,
        kernel_size,
        strides=1,
        padding=0,
        dilation=1,
        groups=1,
        layout="NCW",
        activation=None,
        use_bias=True,
        weight_initializer=None,
        bias_initializer="zeros",
        in_channels=0,
        **kwargs,
    ):
        super().__init__(
            1,
            channels,
            kernel_size,
            strides,
            padding,
            dilation,
            groups,
            layout,
            in_channels,
            activation,
            use_bias,
            weight_initializer,
            bias_initializer,
            layouts=("NCW",),
            **kwargs,
        )


@_documented
class Conv2D(_Conv):
    """Convolution of ``(B, C, H, W)``: operator ``Convolution``."""

    def __init__(
        self,
        channels,
        kernel_size,
        strides=(1, 1),
        padding=(0, 0),
        dilation=(1, 1),
        groups=1,
        layout="NCHW",
        activation=None,
        use_bias=True,
        weight_initializer=None,
        bias_initializer="zeros",
        in_channels=0,
        **kwargs,
    ):
        super().__init__(
            2,
            channels,
            kernel_size,
            strides,
            padding,
            dilation,
            groups,
            layout,
            in_channels,
            activation,
            use_bias,
            weight_initializer,
            bias_initializer,
            **kwargs,
        )


@_documented
class Conv3D(_Conv):
    """Convolution of ``(B, C, D, H, W)``: operator ``Convolution``."""

    def __init__(
        self,
        channels,
        kernel_size,
        strides=(1, 1, 1),
        padding=(0, 0, 0),
        dilation=(1, 1, 1),
        groups=1,
        layout="NCDHW",
        activation=None,
        use_bias=True,
        weight_initializer=None,
        bias_initializer="zeros",
        in_channels=0,
        **kwargs,
    ):
        super().__init__(
            3,
            channels,
            kernel_size,
            strides,
            padding,
            dilation,
            groups,
            layout,
            in_channels,
            activation,
            use_bias,
            weight_initializer,
            bias_initializer,
            **kwargs,
        )


@_documented
class Conv1DTranspose(_Conv):
    """Transposed convolution of ``(B, C, W)``: operator ``Deconvolution``."""

    def __init__(
        self,
        channels,
        kernel_size,
        strides=1,
        padding=0,
        output_padding=0,
        dilation=1,
        groups=1,
        layout="NCW",
        activation=None,
        use_bias=True,
        weight_initializer=None,
        bias_initializer="zeros",
        in_channels=0,
        **kwargs,
    ):
        super().__init__(
            1,
            channels,
            kernel_size,
            strides,
            padding,
            dilation,
            groups,
            layout,
            in_channels,
            activation,
            use_bias,
            weight_initializer,
            bias_initializer,
            adj=output_padding,
            layouts=("NCW",),
            **kwargs,
        )


@_documented
class Conv2DTranspose(_Conv):
    """Transposed convolution of ``(B, C, H, W)``: operator ``Deconvolution``."""

    def __init__(
        self,
        channels,
        kernel_size,
        strides=(1, 1),
        padding=(0, 0),
        output_padding=(0, 0),
        dilation=(1, 1),
        groups=1,
        layout="NCHW",
        activation=None,
        use_bias=True,
        weight_initializer=None,
        bias_initializer="zeros",
        in_channels=0,
        **kwargs,
    ):
        super().__init__(
            2,
            channels,
            kernel_size,
            strides,
            padding,
            dilation,
            groups,
            layout,
            in_channels,
            activation,
            use_bias,
            weight_initializer,
            bias_initializer,
            adj=output_padding,
            **kwargs,
        )


@_documented
class Conv3DTranspose(_Conv):
    """Transposed convolution of ``(B, C, D, H, W)``: operator ``Deconvolution``."""

    def __init__(
        self,
        channels,
        kernel_size,
        strides=(1, 1, 1),
        padding=(0, 0, 0),
        output_padding=(0, 0, 0),
        dilation=(1, 1, 1),
        groups=1,
        layout="NCDHW",
        activation=None,
        use_bias=True,
        weight_initializer=None,
        bias_initializer="zeros",
        in_channels=0,
        **kwargs,
    ):
        super().__init__(
            3,
            channels,
            kernel_size,
            strides,
            padding,
            dilation,
            groups,
            layout,
            in_channels,
            activation,
            use_bias,
            weight_initializer,
            bias_initializer,
            adj=output_padding,
            **kwargs,
        )


class _Pooling(HybridBlock):
    """Pooling over ``n`` spatial axes: operator ``Pooling``."""

    def __init__(
        self,
        n,
        pool_size,
        strides,
        padding,
        ceil_mode,
        global_pool,
        pool_type,
        layout,
        count_include_pad=None,
        prefix=None,
        params=None,
    ):
        where = type(self).__name__
        if layout not in LAYOUTS[n]:
            raise LayerArgumentError(
                f"{where}: Only {' and '.join(LAYOUTS[n])} layouts are valid for {n}D Pooling, "
                f"got {layout!r}."
            )
        kernel = integers(where, "pool_size", pool_size, n)
        super().__init__(prefix, params)
        self._kwargs = {
            "kernel": kernel,
            "stride": kernel if strides is None else integers(where, "strides", strides, n),
            "pad": integers(where, "padding", padding, n),
            "global_pool": global_pool,
            "pool_type": pool_type,
            "pooling_convention": "full" if ceil_mode else "valid",
            "layout": layout,
        }
        if count_include_pad is not None:
            self._kwargs["count_include_pad"] = count_include_pad

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


class MaxPool1D(_Pooling):
    """Largest element of each window of ``(B, C, W)``.

    Parameters
    ----------
    pool_size : int or tuple, default 2
    strides : int or tuple, default pool_size
    padding : int or tuple, default 0
    ceil_mode : bool, default False    round the result's size up
    layout : 'NCW' (default) or 'NWC'
    """

    def __init__(
        self, pool_size=2, strides=None, padding=0, layout="NCW", ceil_mode=False, **kwargs
    ):
        super().__init__(1, pool_size, strides, padding, ceil_mode, False, "max", layout, **kwargs)


class MaxPool2D(_Pooling):
    """Largest element of each window of ``(B, C, H, W)``.

    Parameters
    ----------
    pool_size : int or tuple, default 2
    strides : int or tuple, default pool_size
    padding : int or tuple, default 0
    ceil_mode : bool, default False    round the result's size up
    layout : 'NCHW' (default) or 'NHWC'
    """

    def __init__(
        self, pool_size=(2, 2), strides=None, padding=0, layout="NCHW", ceil_mode=False, **kwargs
    ):
        super().__init__(2, pool_size, strides, padding, ceil_mode, False, "max", layout, **kwargs)


class MaxPool3D(_Pooling):
    """Largest element of each window of ``(B, C, D, H, W)``.

    Parameters
    ----------
    pool_size : int or tuple, default 2
    strides : int or tuple, default pool_size
    padding : int or tuple, default 0
    ceil_mode : bool, default False    round the result's size up
    layout : 'NCDHW' (default) or 'NDHWC'
    """

    def __init__(
        self,
        pool_size=(2, 2, 2),
        strides=None,
        padding=0,
        ceil_mode=False,
        layout="NCDHW",
        **kwargs,
    ):
        super().__init__(3, pool_size, strides, padding, ceil_mode, False, "max", layout, **kwargs)


class AvgPool1D(_Pooling):
    """Mean of each window of ``(B, C, W)``.

    Parameters
    ----------
    pool_size : int or tuple, default 2
    strides : int or tuple, default pool_size
    padding : int or tuple, default 0
    ceil_mode : bool, default False    round the result's size up
    count_include_pad : bool, default True    let the padding's zeros count
    layout : 'NCW' (default) or 'NWC'
    """

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
        super().__init__(
            1,
            pool_size,
            strides,
            padding,
            ceil_mode,
            False,
            "avg",
            layout,
            count_include_pad,
            **kwargs,
        )


class AvgPool2D(_Pooling):
    """Mean of each window of ``(B, C, H, W)``.

    Parameters
    ----------
    pool_size : int or tuple, default 2
    strides : int or tuple, default pool_size
    padding : int or tuple, default 0
    ceil_mode : bool, default False    round the result's size up
    count_include_pad : bool, default True    let the padding's zeros count
    layout : 'NCHW' (default) or 'NHWC'
    """

    def __init__(
        self,
        pool_size=(2, 2),
        strides=None,
        padding=0,
        ceil_mode=False,
        layout="NCHW",
        count_include_pad=True,
        **kwargs,
    ):
        super().__init__(
            2,
            pool_size,
            strides,
            padding,
            ceil_mode,
            False,
            "avg",
            layout,
            count_include_pad,
            **kwargs,
        )


class AvgPool3D(_Pooling):
    """Mean of each window of ``(B, C, D, H, W)``.

    Parameters
    ----------
    pool_size : int or tuple, default 2
    strides : int or tuple, default pool_size
    padding : int or tuple, default 0
    ceil_mode : bool, default False    round the result's size up
    count_include_pad : bool, default True    let the padding's zeros count
    layout : 'NCDHW' (default) or 'NDHWC'
    """

    def __init__(
        self,
        pool_size=(2, 2, 2),
        strides=None,
        padding=0,
        ceil_mode=False,
        layout="NCDHW",
        count_include_pad=True,
        **kwargs,
    ):
        super().__init__(
            3,
            pool_size,
            strides,
            padding,
            ceil_mode,
            False,
            "avg",
            layout,
            count_include_pad,
            **kwargs,
        )


class GlobalMaxPool1D(_Pooling):
    """Largest element of each channel of ``(B, C, W)``; its spatial axes get size 1.

    Parameters
    ----------
    layout : 'NCW' (default) or 'NWC'
    """

    def __init__(self, layout="NCW", **kwargs):
        super().__init__(1, 1, None, 0, True, True, "max", layout, **kwargs)


class GlobalMaxPool2D(_Pooling):
    """Largest element of each channel of ``(B, C, H, W)``; its spatial axes get size 1.

    Parameters
    ----------
    layout : 'NCHW' (default) or 'NHWC'
    """

    def __init__(self, layout="NCHW", **kwargs):
        super().__init__(2, 1, None, 0, True, True, "max", layout, **kwargs)


class GlobalMaxPool3D(_Pooling):
    """Largest element of each channel of ``(B, C, D, H, W)``; its spatial axes get size 1.

    Parameters
    ----------
    layout : 'NCDHW' (default) or 'NDHWC'
    """

    def __init__(self, layout="NCDHW", **kwargs):
        super().__init__(3, 1, None, 0, True, True, "max", layout, **kwargs)


class GlobalAvgPool1D(_Pooling):
    """Mean of each channel of ``(B, C, W)``; its spatial axes get size 1.

    Parameters
    ----------
    layout : 'NCW' (default) or 'NWC'
    """

    def __init__(self, layout="NCW", **kwargs):
        super().__init__(1, 1, None, 0, True, True, "avg", layout, **kwargs)


class GlobalAvgPool2D(_Pooling):
    """Mean of each channel of ``(B, C, H, W)``; its spatial axes get size 1.

    Parameters
    ----------
    layout : 'NCHW' (default) or 'NHWC'
    """

    def __init__(self, layout="NCHW", **kwargs):
        super().__init__(2, 1, None, 0, True, True, "avg", layout, **kwargs)


class GlobalAvgPool3D(_Pooling):
    """Mean of each channel of ``(B, C, D, H, W)``; its spatial axes get size 1.

    Parameters
    ----------
    layout : 'NCDHW' (default) or 'NDHWC'
    """

    def __init__(self, layout="NCDHW", **kwargs):
        super().__init__(3, 1, None, 0, True, True, "avg", layout, **kwargs)


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
