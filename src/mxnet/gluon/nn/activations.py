"""Activation layers."""

from ... import initializer
from ..block import HybridBlock
from ._arguments import LayerArgumentError, natural, operator_choice

__all__ = ["Activation", "LeakyReLU", "PReLU", "ELU", "SELU", "GELU", "Swish", "SiLU"]

_QUARTER = initializer.Constant(0.25)


class Activation(HybridBlock):
    """An elementwise function by name: operator ``Activation``.

    Parameters
    ----------
    activation : {'relu', 'sigmoid', 'tanh', 'softrelu', 'softsign'}
    """

    def __init__(self, activation, **kwargs):
        self._act_type = operator_choice(
            "Activation", "activation", activation, "Activation", "act_type"
        )
        super().__init__(**kwargs)

    def _alias(self):
        return self._act_type

    def hybrid_forward(self, F, x):
        return F.Activation(x, act_type=self._act_type, name="fwd")

    def __repr__(self):
        return f"{self.__class__.__name__}({self._act_type})"


class LeakyReLU(HybridBlock):
    """``x`` above 0, ``alpha * x`` below: operator ``LeakyReLU``.

    Parameters
    ----------
    alpha : float >= 0
    """

    def __init__(self, alpha, **kwargs):
        if not alpha >= 0:
            raise LayerArgumentError(
                f"LeakyReLU: Slope coefficient for LeakyReLU must be no less than 0, got {alpha!r}."
            )
        super().__init__(**kwargs)
        self._alpha = alpha

    def hybrid_forward(self, F, x):
        return F.LeakyReLU(x, act_type="leaky", slope=self._alpha, name="fwd")

    def __repr__(self):
        return f"{self.__class__.__name__}({self._alpha})"


class PReLU(HybridBlock):
    """``x`` above 0, ``alpha * x`` below with learned alpha: operator ``LeakyReLU``.

    Parameters
    ----------
    alpha_initializer : Initializer, default Constant(0.25)
    in_channels : int, default 1    1: one alpha for all; otherwise one for each position on axis 1
    """

    def __init__(self, alpha_initializer=_QUARTER, in_channels=1, **kwargs):
        natural("PReLU", "in_channels", in_channels)
        super().__init__(**kwargs)
        with self.name_scope():
            self.alpha = self.params.get("alpha", shape=(in_channels,), init=alpha_initializer)

    def hybrid_forward(self, F, x, alpha):
        return F.LeakyReLU(x, gamma=alpha, act_type="prelu", name="fwd")


class ELU(HybridBlock):
    """``x`` above 0, ``alpha * (exp(x) - 1)`` below: operator ``LeakyReLU``.

    Parameters
    ----------
    alpha : float, default 1
    """

    def __init__(self, alpha=1.0, **kwargs):
        super().__init__(**kwargs)
        self._alpha = alpha

    def hybrid_forward(self, F, x):
        return F.LeakyReLU(x, act_type="elu", slope=self._alpha)


class SELU(HybridBlock):
    """:class:`ELU` scaled to keep mean 0 and variance 1: operator ``LeakyReLU``."""

    def hybrid_forward(self, F, x):
        return F.LeakyReLU(x, act_type="selu", name="fwd")


class GELU(HybridBlock):
    """``x`` times the normal distribution function of ``x``: operator ``LeakyReLU``."""

    def hybrid_forward(self, F, x):
        return F.LeakyReLU(x, act_type="gelu", name="fwd")


class Swish(HybridBlock):
    """``x * sigmoid(beta * x)``.

    Parameters
    ----------
    beta : float, default 1
    """

    def __init__(self, beta=1.0, **kwargs):
        super().__init__(**kwargs)
        self._beta = beta

    def hybrid_forward(self, F, x):
        return x * F.sigmoid(self._beta * x, name="fwd")


class SiLU(HybridBlock):
    """``x * sigmoid(x)``: :class:`Swish` with beta 1, under its later name."""

    def hybrid_forward(self, F, x):
        return x * F.sigmoid(x, name="fwd")
