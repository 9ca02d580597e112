"""``mx.contrib.text``: vocabularies, token embeddings and the counting of tokens."""

from . import embedding, utils, vocab

__all__ = ["embedding", "utils", "vocab"]
