"""Constants of the text data sets."""

__all__ = ["EOS_TOKEN"]

EOS_TOKEN = "<eos>"
