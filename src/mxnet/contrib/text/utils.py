"""Counting the tokens of a text."""

import re
from collections import Counter

from ...error import DelimiterError, fail

__all__ = ["count_tokens_from_str", "DelimiterError"]


def count_tokens_from_str(
    source_str, token_delim=" ", seq_delim="\n", to_lower=False, counter_to_update=None
):
    r"""How often each token occurs in a text.

    Parameters
    ----------
    source_str : str
    token_delim : str, default ' '      regular expression between two tokens
    seq_delim : str, default '\\n'      regular expression between two sequences
    to_lower : bool, default False      count in lower case
    counter_to_update : collections.Counter, optional   counted into, and returned

    Returns
    -------
    collections.Counter: token -> count; empty tokens are not counted

    Raises
    ------
    DelimiterError (MXNetError, re.error)   the delimiters are not regular expressions

    Examples
    --------
    >>> from mxnet.contrib.text.utils import count_tokens_from_str
    >>> count_tokens_from_str(" Life is great ! \n life is good . \n", to_lower=True)["life"]
    2
    """
    try:
        delimiter = re.compile(f"{token_delim}|{seq_delim}")
    except re.error as error:
        fail(
            DelimiterError,
            "count_tokens_from_str",
            f"the delimiters do not form a regular expression ({error})",
            expected="regular expressions",
            got=(token_delim, seq_delim),
            hint="pass re.escape(...) of characters such as '*' or '.'",
        )
    tokens = filter(None, delimiter.split(source_str.lower() if to_lower else source_str))
    counter = Counter() if counter_to_update is None else counter_to_update
    counter.update(tokens)
    return counter
