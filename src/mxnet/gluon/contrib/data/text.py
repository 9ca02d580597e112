"""Text for language models: WikiText-2 and WikiText-103."""

import os
from collections import Counter

import numpy as onp

from ...._frontend.examples import attach_to as _attach_examples_to
from .... import _config
from ...._archive import extract_member
from ...._host import host_array
from ...._lines import read_text
from ...._vocabulary import Vocabulary
from ....error import FormatError, MissingFileError, UnknownSegmentError, fail, suggestion
from ...data._batch import Bulk, Column
from ...data.dataset import Dataset
from ._constants import EOS_TOKEN

__all__ = ["WikiText2", "WikiText103", "MissingFileError", "UnknownSegmentError"]

_ROOT = os.path.join(_config.get("home"), "datasets", "wikitext-")


class _LanguageModelDataset(Dataset):
    """A text as sequences of token numbers, with the sequences one token later as labels."""

    def __init__(self, root, namespace, vocabulary):
        self._root = os.path.expanduser(root)
        self._namespace = namespace
        self._vocab = vocabulary
        self._counter = None

    @property
    def vocabulary(self):
        """Vocabulary: the numbers of the tokens."""
        return self._vocab

    @property
    def frequencies(self):
        """collections.Counter: how often each token of this part occurs, without ``'<eos>'``."""
        return self._counter

    def _build_vocab(self, content):
        """Count the tokens, and make a vocabulary of them unless there is one."""
        self._counter = Counter(content.split())
        if self._vocab is None:
            self._vocab = Vocabulary(counter=self._counter, reserved_tokens=[EOS_TOKEN])


class _WikiText(_LanguageModelDataset):
    """A part of WikiText; subclasses name the files."""

    _archive = ""
    _files: dict[str, str] = {}

    def __init__(self, root, namespace, vocabulary, segment, seq_len):
        super().__init__(root, namespace, vocabulary)
        if segment not in self._files:
            raise UnknownSegmentError(
                f"{type(self).__name__}: no such segment: expected one of "
                f"{', '.join(map(repr, self._files))}, got {segment!r}."
                f"{suggestion(segment, self._files)}"
            )
        self._segment = segment
        self._seq_len = seq_len
        self._get_data()

    def _get_data(self):
        data, label = self._read_batch(read_text(self._path(self._files[self._segment])))
        self._data, self._label = host_array(data), host_array(label)
        self._columns = Column(self._data), Column(self._label)

    def _read_batch(self, content):
        """Two int32 arrays (number of sequences, seq_len): tokens, and the tokens that follow."""
        self._build_vocab(content)
        tokens = []
        for line in content.splitlines():
            words = line.split()
            if words:
                tokens += [*words, EOS_TOKEN]
        numbers = onp.asarray(self._vocab.to_indices(tokens), "int32")
        n = max(0, len(numbers) - 1) // self._seq_len
        if n == 0:
            fail(
                FormatError,
                type(self).__name__,
                "the text is shorter than one sequence",
                expected=f"more than seq_len={self._seq_len} tokens",
                got=len(numbers),
            )
        size = n * self._seq_len
        return (
            numbers[:size].reshape(n, self._seq_len),
            numbers[1 : size + 1].reshape(n, self._seq_len),
        )

    def _path(self, name):
        """Path of a file, taken out of the archive if need be. Nothing is fetched."""
        path = os.path.join(self._root, name)
        if os.path.isfile(path):
            return path
        archive = os.path.join(self._root, self._archive)
        if os.path.isfile(archive):
            extract_member(archive, name, path)
            return path
        return fail(
            MissingFileError,
            type(self).__name__,
            f"the file {name!r} is not there, and files are not fetched from the network",
            expected=f"{path!r}, or the archive {archive!r}",
            got="neither",
            hint="put one of them there, or pass root=",
        )

    def __getitem__(self, idx):
        data, label = self._columns
        return data.item(idx), label.item(idx)

    def __len__(self):
        return len(self._label)

    def _bulk(self):
        if type(self).__getitem__ is not _WikiText.__getitem__:
            return None
        data, label = self._columns
        return Bulk([1, 1], False, lambda at, ctx: [data.gather(at, ctx), label.gather(at, ctx)])


class WikiText2(_WikiText):
    """WikiText-2 as sequences for a language model; two million words.

    A sample is a pair of NDArrays (seq_len,) int32: tokens, and the tokens that follow each of
    them. Sequences ignore the ends of lines, which are tokens ``'<eos>'``.

    Parameters
    ----------
    root : str, default ``$MXNET_HOME/datasets/wikitext-2``   holds ``wiki.train.tokens``,
        ``wiki.valid.tokens`` and ``wiki.test.tokens``, or ``wikitext-2-v1.zip``
    segment : {'train', 'validation', 'test'}
    vocab : Vocabulary, optional   by default one is made of the text
    seq_len : int, default 35

    Raises
    ------
    MissingFileError (MXNetError, FileNotFoundError)   the files are not there: it says where
    UnknownSegmentError (MXNetError, KeyError)         no such segment
    """

    _archive = "wikitext-2-v1.zip"
    _files = {
        "train": "wiki.train.tokens",
        "validation": "wiki.valid.tokens",
        "test": "wiki.test.tokens",
    }

    def __init__(
        self,
        root=_ROOT + "2",
        segment="train",
        vocab=None,
        seq_len=35,
    ):
        super().__init__(root, "wikitext-2", vocab, segment, seq_len)


class WikiText103(_WikiText):
    """WikiText-103 as sequences for a language model; 103 million words.

    As :class:`WikiText2`, from ``$MXNET_HOME/datasets/wikitext-103`` and ``wikitext-103-v1.zip``.
    """

    _archive = "wikitext-103-v1.zip"
    _files = WikiText2._files

    def __init__(
        self,
        root=_ROOT + "103",
        segment="train",
        vocab=None,
        seq_len=35,
    ):
        super().__init__(root, "wikitext-103", vocab, segment, seq_len)

_attach_examples_to(globals())
