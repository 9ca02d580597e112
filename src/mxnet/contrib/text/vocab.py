"""Vocabularies: tokens and their numbers."""

from ..._vocabulary import UNKNOWN, TokenIndexError, Vocabulary, VocabularyError

__all__ = ["UNKNOWN", "Vocabulary", "VocabularyError", "TokenIndexError"]
