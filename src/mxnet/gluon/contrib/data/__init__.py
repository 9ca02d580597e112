"""``mx.gluon.contrib.data``: a sampler in strides, and text for language models."""

from . import sampler, text
from .sampler import IntervalSampler

__all__ = ["IntervalSampler", "sampler", "text"]
