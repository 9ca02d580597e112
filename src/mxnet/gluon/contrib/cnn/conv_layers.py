"""Deformable convolutions: a convolution that learns offsets, and one that uses them."""

from ...block import HybridBlock
from ...nn import Activation
from ...nn._arguments import LayerArgumentError, integers, natural, with_defaults

__all__ = ["DeformableConvolution", "ModulatedDeformableConvolution"]


class _Deformable(HybridBlock):
    """What both share: settings and parameters of the two convolutions."""

    MAPS = 2  # what is learned per kernel position: a shift along each axis

    def __init__(
        self,
        channels,
        kernel_size=(1, 1),
        strides=(1, 1),
        padding=(0, 0),
        dilation=(1, 1),
        groups=1,
        num_deformable_group=1,
        layout="NCHW",
        use_bias=True,
        in_channels=0,
        activation=None,
        weight_initializer=None,
        bias_initializer="zeros",
        offset_weight_initializer="zeros",
        offset_bias_initializer="zeros",
        offset_use_bias=True,
        op_name="DeformableConvolution",
        adj=None,
        prefix=None,
        params=None,
    ):
        where = type(self).__name__
        natural(where, "channels", channels)
        natural(where, "in_channels", in_channels, least=0)
        natural(where, "num_deformable_group", num_deformable_group)
        if layout not in ("NCHW", "NHWC"):
            raise LayerArgumentError(
                f"{where}: Only supports 'NCHW' and 'NHWC' layout for now, got {layout!r}."
            )
        super().__init__(prefix=prefix, params=params)
        self._channels, self._in_channels, self._op_name = channels, in_channels, op_name
        kernel = integers(where, "kernel_size", kernel_size, 2)
        positions = kernel[0] * kernel[1] * num_deformable_group
        self.offset_split_index = 2 * positions
        self._kwargs_offset = {
            "kernel": kernel,
            "stride": integers(where, "strides", strides, 2),
            "dilate": integers(where, "dilation", dilation, 2),
            "pad": integers(where, "padding", padding, 2),
            "num_filter": self.MAPS * positions,
            "num_group": groups,
            "no_bias": not offset_use_bias,
            "layout": layout,
        }
        self._kwargs_deformable_conv = {
            **self._kwargs_offset,
            "num_filter": channels,
            "num_deformable_group": num_deformable_group,
            "no_bias": not use_bias,
        }
        if adj:
            self._kwargs_offset["adj"] = self._kwargs_deformable_conv["adj"] = adj

        def shape(outer):
            inner = in_channels // groups
            return (outer, inner, *kernel) if layout == "NCHW" else (outer, *kernel, inner)

        maps = self.MAPS * positions
        declared = {
            "offset_weight": (shape(maps), offset_weight_initializer),
            "offset_bias": ((maps,) if offset_use_bias else None, offset_bias_initializer),
            "deformable_conv_weight": (shape(channels), weight_initializer),
            "deformable_conv_bias": ((channels,) if use_bias else None, bias_initializer),
        }
        with self.name_scope():
            for name in self._order(list(declared)):
                size, init = declared[name]
                found = None
                if size is not None:
                    found = self.params.get(name, shape=size, init=init, allow_deferred_init=True)
                setattr(self, name, found)
            self.act = Activation(activation, prefix=activation + "_") if activation else None

    def _order(self, names):
        """Names in the order of the original's files."""
        return names

    def _offsets(self, F, x, offset_weight, offset_bias):
        """What the first convolution learns per kernel position and pixel."""
        return F.Convolution(x, offset_weight, offset_bias, cudnn_off=True, **self._kwargs_offset)

    def _activated(self, y):
        return y if self.act is None else self.act(y)


class DeformableConvolution(_Deformable):
    """Convolution whose kernel positions are moved by learned offsets (Dai et al. 2017).

    Parameters
    ----------
    channels : int                            of the result
    kernel_size, strides, padding, dilation : int or tuple of 2 ints
    groups : int, default 1                   into which channels are divided
    num_deformable_group : int, default 1     groups of channels with offsets of their own
    layout : only 'NCHW' computes
    use_bias : bool, default True
    in_channels : int, default 0              of the input; 0: from the first input
    activation : str, optional                see :class:`Activation`
    weight_initializer, bias_initializer      of the convolution
    offset_weight_initializer, offset_bias_initializer : default zeros
    offset_use_bias : bool, default True
    op_name, adj                              kept for compatibility

    Shapes: x (N, C, H, W), result (N, channels, OH, OW).
    """

    def _alias(self):
        return "deformable_conv"

    def hybrid_forward(
        self,
        F,
        x,
        offset_weight,
        deformable_conv_weight,
        offset_bias=None,
        deformable_conv_bias=None,
    ):
        offset = self._offsets(F, x, offset_weight, offset_bias)
        return self._activated(
            F.contrib.DeformableConvolution(
                x,
                offset,
                deformable_conv_weight,
                deformable_conv_bias,
                name="fwd",
                **self._kwargs_deformable_conv,
            )
        )

    def __repr__(self):
        kw, shape = self._kwargs_deformable_conv, self.deformable_conv_weight.shape
        text = f"{shape[1] or None} -> {shape[0]}, kernel_size={kw['kernel']}"
        text += f", stride={kw['stride']}"
        if kw["pad"] != (0, 0):
            text += f", padding={kw['pad']}"
        if kw["dilate"] != (1, 1):
            text += f", dilation={kw['dilate']}"
        if kw["num_group"] != 1:
            text += f", groups={kw['num_group']}"
        if self.deformable_conv_bias is None:
            text += ", bias=False"
        if self.act is not None:
            text += f", {self.act}"
        return f"{self.__class__.__name__}({text})"


class ModulatedDeformableConvolution(_Deformable):
    """:class:`DeformableConvolution` with a factor from 0 to 2 per position (Zhu et al. 2019).

    Parameters as for :class:`DeformableConvolution`.

    Shapes: x (N, C, H, W), result (N, channels, OH, OW).
    """

    MAPS = 3

    __init__ = with_defaults(_Deformable.__init__, op_name="ModulatedDeformableConvolution")

    def _alias(self):
        return "modulated_deformable_conv"

    def _order(self, names):
        return names[2:] + names[:2]

    def hybrid_forward(
        self,
        F,
        x,
        offset_weight,
        deformable_conv_weight,
        offset_bias=None,
        deformable_conv_bias=None,
    ):
        maps = self._offsets(F, x, offset_weight, offset_bias)
        offset = F.slice_axis(maps, axis=1, begin=0, end=self.offset_split_index)
        mask = F.slice_axis(maps, axis=1, begin=self.offset_split_index, end=None)
        mask = F.sigmoid(mask) * 2
        return self._activated(
            F.contrib.ModulatedDeformableConvolution(
                x,
                offset,
                mask,
                deformable_conv_weight,
                deformable_conv_bias,
                name="fwd",
                **self._kwargs_deformable_conv,
            )
        )
