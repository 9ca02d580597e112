"""Sentences as numbers, in buckets of equal length."""

import bisect
import random

import numpy as onp

from .._dtypes import as_dtype
from .._fit import require
from .._host import host_array
from ..context import cpu
from ..io import DataBatch, DataDesc, DataIter
from ..ndarray import NDArray

__all__ = ["BucketSentenceIter", "encode_sentences"]


def encode_sentences(
    sentences, vocab=None, invalid_label=-1, invalid_key="\n", start_label=0, unknown_token=None
):
    """Numbers for words.

    Parameters
    ----------
    sentences : list of list of str
    vocab : dict of str to int, optional     default: made here, in order of appearance
    invalid_label : int                      a number that no word gets
    invalid_key : str                        the entry that gets it
    start_label : int                        the first number
    unknown_token : str, optional            stands for words that are not in ``vocab``

    Returns
    -------
    (list of list of int, dict of str to int)

    Raises
    ------
    AssertionError   a word is not in ``vocab``
    """
    new = vocab is None
    vocab = {invalid_key: invalid_label} if new else vocab
    number = start_label
    found = []
    for sentence in sentences:
        coded = []
        for word in sentence:
            if word not in vocab:
                require(new or unknown_token, f"Unknown token {word}")
                word = unknown_token or word
            if word not in vocab:
                taken = set(vocab.values()) if not new else {invalid_label}
                while number in taken:
                    number += 1
                vocab[word] = number
                number += 1
            coded.append(vocab[word])
        found.append(coded)
    return found, vocab


class BucketSentenceIter(DataIter):
    """Batches of sentences of about the same length; the labels are the next words.

    Each ``reset`` brings batches and sentences into a new order, by :mod:`random` and
    ``numpy.random``.

    Parameters
    ----------
    sentences : list of list of int
    batch_size : int
    buckets : list of int, optional     lengths; default: those of at least a batch of sentences
    invalid_label : int                 fills sentences up
    data_name, label_name : str
    dtype : str
    layout : {'NT', 'TN'}

    Attributes
    ----------
    default_bucket_key : int            the longest
    """

    def __init__(
        self,
        sentences,
        batch_size,
        buckets=None,
        invalid_label=-1,
        data_name="data",
        label_name="softmax_label",
        dtype="float32",
        layout="NT",
    ):
        super().__init__()
        if layout.find("N") not in (0, 1) or layout.find("T") not in (0, 1):
            raise ValueError(
                f"Invalid layout {layout}: Must by NT (batch major) or TN (time major)"
            )
        if not buckets:
            counts = onp.bincount([len(s) for s in sentences])
            buckets = [i for i, n in enumerate(counts) if n >= batch_size]
        require(
            len(buckets) > 0,
            f"BucketSentenceIter: no length has {batch_size} sentences: give buckets.",
        )
        buckets = sorted(buckets)
        rows, discarded = [[] for _ in buckets], 0
        for sentence in sentences:
            b = bisect.bisect_left(buckets, len(sentence))
            if b == len(buckets):
                discarded += 1
                continue
            row = onp.full(buckets[b], invalid_label, as_dtype(dtype))
            row[: len(sentence)] = sentence
            rows[b].append(row)
        print(  # noqa: T201 - where programs of 1.x look for it
            f"WARNING: discarded {discarded} sentences longer than the largest bucket."
        )
        self.data = [
            onp.asarray(r, as_dtype(dtype)).reshape(len(r), n) for r, n in zip(rows, buckets)
        ]
        self.batch_size = batch_size
        self.buckets = buckets
        self.data_name, self.label_name = data_name, label_name
        self.dtype = dtype
        self.invalid_label = invalid_label
        self.nddata, self.ndlabel = [], []
        self.major_axis = layout.find("N")
        self.layout = layout
        self.default_bucket_key = max(buckets)
        self.provide_data = [self._desc(data_name, self.default_bucket_key)]
        self.provide_label = [self._desc(label_name, self.default_bucket_key)]
        self.idx = [
            (i, j)
            for i, rows in enumerate(self.data)
            for j in range(0, len(rows) - batch_size + 1, batch_size)
        ]
        self.curr_idx = 0
        self.reset()

    def _desc(self, name, length):
        shape = (self.batch_size, length)
        shape = shape if self.major_axis == 0 else shape[::-1]
        return DataDesc(name, shape, as_dtype(self.dtype).type, self.layout)

    def reset(self):
        self.curr_idx = 0
        random.shuffle(self.idx)
        for rows in self.data:
            onp.random.shuffle(rows)  # noqa: NPY002  (what seeds the original's order)
        self._labels = []
        for rows in self.data:
            label = onp.full_like(rows, self.invalid_label)
            label[:, :-1] = rows[:, 1:]
            self._labels.append(label)
        # copies: batches are views of them, and the next reset moves the rows
        self.nddata = [host_array(rows.copy(), cpu(), NDArray) for rows in self.data]
        self.ndlabel = [host_array(rows, cpu(), NDArray) for rows in self._labels]
        self._rows = [rows.copy() for rows in self.data]

    def next(self):
        """The next batch, with ``bucket_key``, ``provide_data`` and ``provide_label``."""
        if self.curr_idx == len(self.idx):
            raise StopIteration
        i, j = self.idx[self.curr_idx]
        self.curr_idx += 1
        arrays = []
        for rows in (self._rows[i], self._labels[i]):
            part = rows[j : j + self.batch_size]
            arrays.append(
                host_array(part if self.major_axis == 0 else part.T.copy(), cpu(), NDArray)
            )
        return DataBatch(
            [arrays[0]],
            [arrays[1]],
            pad=0,
            bucket_key=self.buckets[i],
            provide_data=[self._desc(self.data_name, self.buckets[i])],
            provide_label=[self._desc(self.label_name, self.buckets[i])],
        )
