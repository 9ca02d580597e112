"""``mx.npx.image``: operators on images, for arrays of ``mx.np``.

Made by tools/make_stubs.py; do not edit.
"""

# fmt: off
from collections.abc import Sequence
from typing import Any, TypeAlias

from mxnet.numpy.multiarray import ndarray

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
    data: ndarray,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Channels first, and divided by 255."""

def normalize(
    data: ndarray,
    mean: Any = (0.0, 0.0, 0.0, 0.0),
    std: Any = (1.0, 1.0, 1.0, 1.0),
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """``(data - mean) / std`` per channel."""

def crop(
    data: ndarray,
    x: int,
    y: int,
    width: int,
    height: int,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """The part of ``width`` x ``height`` pixels whose upper left corner is (x, y)."""

def flip_left_right(
    data: ndarray,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Exchange left and right."""

def random_flip_left_right(
    data: ndarray,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Exchange left and right with probability 1/2, for each image."""

def flip_top_bottom(
    data: ndarray,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Exchange top and bottom."""

def random_flip_top_bottom(
    data: ndarray,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Exchange top and bottom with probability 1/2, for each image."""

def resize(
    data: ndarray,
    size: _Shape = (),
    keep_ratio: bool = False,
    interp: int = 1,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Images of another size."""

def random_brightness(
    data: ndarray,
    min_factor: float,
    max_factor: float,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Brightness times a random factor from [min_factor, max_factor), drawn for each image."""

def random_contrast(
    data: ndarray,
    min_factor: float,
    max_factor: float,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Distance from the mean brightness times a random factor from [min_factor, max_factor),
    drawn for each image.
    """

def random_saturation(
    data: ndarray,
    min_factor: float,
    max_factor: float,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Distance from gray (as in MXNet 1.9.1: 0.114 times blue) times a random factor from
    [min_factor, max_factor), drawn for each image.
    """

def random_hue(
    data: ndarray,
    min_factor: float,
    max_factor: float,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Hue turned by a random factor of the full circle from [min_factor, max_factor), drawn for
    each image.
    """

def random_color_jitter(
    data: ndarray,
    brightness: float,
    contrast: float,
    saturation: float,
    hue: float,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Random brightness, contrast, saturation and hue, in random order; drawn for each image."""

def adjust_lighting(
    data: ndarray,
    alpha: Any,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Add ``alpha`` times the principal colours of ImageNet (for values from 0 to 255)."""

def random_lighting(
    data: ndarray,
    alpha_std: float = 0.05,
    out: ndarray | Sequence[ndarray] | None = None,
    name: str | None = None,
) -> ndarray:
    """Add the principal colours of ImageNet, normally distributed with deviation ``alpha_std``,
    to each image.
    """

def __getattr__(name: str) -> Any: ...  # what the package uses itself
