"""``nd.image``: operators of that family.

Made by tools/make_stubs.py; do not edit.
"""

# fmt: off
from collections.abc import Sequence
from typing import Any, TypeAlias

from .ndarray import NDArray

__all__ = [
    "to_tensor",
    "normalize",
    "crop",
    "flip_left_right",
    "random_flip_left_right",
    "flip_top_bottom",
    "random_flip_top_bottom",
    "resize",
    "random_brightness",
    "random_contrast",
    "random_saturation",
    "random_hue",
    "random_color_jitter",
    "adjust_lighting",
    "random_lighting",
]

_Shape: TypeAlias = int | Sequence[int]

def to_tensor(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Channels first, and divided by 255."""

def normalize(
    data: NDArray,
    mean: Any = (0.0, 0.0, 0.0, 0.0),
    std: Any = (1.0, 1.0, 1.0, 1.0),
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """``(data - mean) / std`` per channel."""

def crop(
    data: NDArray,
    x: int,
    y: int,
    width: int,
    height: int,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """The part of ``width`` x ``height`` pixels whose upper left corner is (x, y)."""

def flip_left_right(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Exchange left and right."""

def random_flip_left_right(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Exchange left and right with probability 1/2, for each image."""

def flip_top_bottom(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Exchange top and bottom."""

def random_flip_top_bottom(
    data: NDArray,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Exchange top and bottom with probability 1/2, for each image."""

def resize(
    data: NDArray,
    size: _Shape = (),
    keep_ratio: bool = False,
    interp: int = 1,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Images of another size."""

def random_brightness(
    data: NDArray,
    min_factor: float,
    max_factor: float,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Brightness times a random factor from [min_factor, max_factor), drawn for each image."""

def random_contrast(
    data: NDArray,
    min_factor: float,
    max_factor: float,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Distance from the mean brightness times a random factor from [min_factor, max_factor),
    drawn for each image.
    """

def random_saturation(
    data: NDArray,
    min_factor: float,
    max_factor: float,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Distance from gray (as in MXNet 1.9.1: 0.114 times blue) times a random factor from
    [min_factor, max_factor), drawn for each image.
    """

def random_hue(
    data: NDArray,
    min_factor: float,
    max_factor: float,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Hue turned by a random factor of the full circle from [min_factor, max_factor), drawn for
    each image.
    """

def random_color_jitter(
    data: NDArray,
    brightness: float,
    contrast: float,
    saturation: float,
    hue: float,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Random brightness, contrast, saturation and hue, in random order; drawn for each image."""

def adjust_lighting(
    data: NDArray,
    alpha: Any,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Add ``alpha`` times the principal colours of ImageNet (for values from 0 to 255)."""

def random_lighting(
    data: NDArray,
    alpha_std: float = 0.05,
    out: NDArray | Sequence[NDArray] | None = None,
    name: str | None = None,
) -> NDArray:
    """Add the principal colours of ImageNet, normally distributed with deviation ``alpha_std``,
    to each image.
    """
