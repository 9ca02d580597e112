"""``gluon.model_zoo``: networks for images, and the store of their trained parameters."""

from . import model_store, vision

__all__ = ["model_store", "vision"]
