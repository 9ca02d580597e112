"""Vocabularies: tokens and their numbers."""

import operator
from collections import Counter

from .error import TokenIndexError, VocabularyError, fail

__all__ = ["Vocabulary", "VocabularyError", "TokenIndexError"]

UNKNOWN = 0  # the number of the unknown token


class Vocabulary:
    """Numbers for tokens: the unknown token is 0, then come the reserved tokens, then the tokens
    of a counter, the most frequent first and equally frequent ones in their own order.

    Parameters
    ----------
    counter : collections.Counter, optional   how often each token occurs
    most_freq_count : int, optional   at most so many of the counter's tokens; None: all
    min_freq : int, default 1         only tokens that occur at least so often
    unknown_token : hashable, default '<unk>'   stands for every token that has no number
    reserved_tokens : list of hashable, optional   tokens that are there in any case

    Raises
    ------
    VocabularyError (MXNetError, ValueError, AssertionError)   ``min_freq`` below 1; ``counter`` is
        no Counter; the reserved tokens repeat, or hold the unknown token

    Examples
    --------
    >>> from collections import Counter
    >>> from mxnet.contrib import text
    >>> v = text.vocab.Vocabulary(Counter("a b b c c c".split()), min_freq=2)
    >>> v.idx_to_token
    ['<unk>', 'c', 'b']
    >>> v.to_indices(["b", "x"])
    [2, 0]
    """

    def __init__(
        self,
        counter=None,
        most_freq_count=None,
        min_freq=1,
        unknown_token="<unk>",
        reserved_tokens=None,
    ):
        if not min_freq > 0:
            fail(
                VocabularyError,
                "Vocabulary",
                "`min_freq` must be set to a positive value",
                expected="at least 1",
                got=min_freq,
            )
        if reserved_tokens is not None:
            reserved_tokens = list(reserved_tokens)
            if unknown_token in reserved_tokens:
                fail(
                    VocabularyError,
                    "Vocabulary",
                    "`reserved_token` cannot contain `unknown_token`",
                    got=f"{unknown_token!r} in {reserved_tokens!r}",
                )
            twice = [t for t, n in Counter(reserved_tokens).items() if n > 1]
            if twice:
                fail(
                    VocabularyError,
                    "Vocabulary",
                    "`reserved_tokens` cannot contain duplicate reserved tokens",
                    got=f"{twice[0]!r} more than once",
                )
        if counter is not None and not isinstance(counter, Counter):
            fail(
                VocabularyError,
                "Vocabulary",
                "`counter` must be an instance of collections.Counter",
                got=type(counter).__name__,
                hint="collections.Counter(tokens) counts a list of tokens",
            )
        self._unknown_token = unknown_token
        self._reserved_tokens = reserved_tokens
        self._idx_to_token = [unknown_token, *(reserved_tokens or ())]
        self._token_to_idx = {token: i for i, token in enumerate(self._idx_to_token)}
        if counter is not None:
            self._add_counted(counter, most_freq_count, min_freq)

    def _add_counted(self, counter, most_freq_count, min_freq):
        """Append the tokens of a counter."""
        left = len(counter) if most_freq_count is None or most_freq_count < 0 else most_freq_count
        by_name = sorted(counter.items(), key=operator.itemgetter(0))
        for token, count in sorted(by_name, key=operator.itemgetter(1), reverse=True):
            if count < min_freq or left <= 0:
                break
            if token not in self._token_to_idx:
                self._token_to_idx[token] = len(self._idx_to_token)
                self._idx_to_token.append(token)
                left -= 1

    def __len__(self):
        return len(self._idx_to_token)

    @property
    def token_to_idx(self):
        """dict: token -> number."""
        return self._token_to_idx

    @property
    def idx_to_token(self):
        """List of the tokens, by number."""
        return self._idx_to_token

    @property
    def unknown_token(self):
        """The token that stands for all others; its number is 0."""
        return self._unknown_token

    @property
    def reserved_tokens(self):
        """List of the reserved tokens, or None."""
        return self._reserved_tokens

    def to_indices(self, tokens):
        """Numbers of tokens.

        Parameters
        ----------
        tokens : token, or list of tokens

        Returns
        -------
        int, or list of int; 0 for a token that is not known
        """
        number = self._token_to_idx.get
        if isinstance(tokens, list):
            return [number(token, UNKNOWN) for token in tokens]
        return number(tokens, UNKNOWN)

    def to_tokens(self, indices):
        """Tokens of numbers.

        Parameters
        ----------
        indices : int, or list of int

        Returns
        -------
        token, or list of tokens

        Raises
        ------
        TokenIndexError (MXNetError, ValueError, IndexError, TypeError)   no token has that number
        """
        if isinstance(indices, list):
            return [self._token(i) for i in indices]
        return self._token(indices)

    def _token(self, index):
        try:
            return self._idx_to_token[operator.index(index)]
        except (TypeError, IndexError):
            raise TokenIndexError(
                f"Token index {index!r} in the provided `indices` is invalid: expected an integer "
                f"below {len(self)} (the size of the vocabulary)."
            ) from None
