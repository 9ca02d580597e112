"""Token embeddings: a vocabulary with a vector for each token, read from local files."""

import json
import logging
import os
import warnings
from array import array
from pathlib import Path

import numpy as onp

from ... import _config
from ... import ndarray as nd
from ..._archive import extract_member
from ..._frontend.examples import attach_to as _attach_examples_to
from ..._lines import numbered_lines
from ..._traceback import user_level
from ...error import (
    EmbeddingError,
    EmbeddingFormatError,
    MissingFileError,
    UnknownEmbeddingError,
    fail,
    nearest,
    suggestion,
)
from ...ndarray import NDArray
from ...registry import get_create_func, get_register_func, get_registry
from ...util import is_np_array
from .vocab import UNKNOWN, Vocabulary

__all__ = [
    "register",
    "create",
    "get_pretrained_file_names",
    "GloVe",
    "FastText",
    "CustomEmbedding",
    "CompositeEmbedding",
    "is_np_array",
    "EmbeddingError",
    "EmbeddingFormatError",
    "MissingFileError",
    "UnknownEmbeddingError",
]


def register(embedding_cls):
    """Make an embedding class known to :func:`create` under its name, in lower case.

    Parameters
    ----------
    embedding_cls : subclass of ``_TokenEmbedding``

    Returns
    -------
    the class itself: usable as a decorator

    Raises
    ------
    AssertionError   anything but such a class
    """
    return _register(embedding_cls)


def create(embedding_name, **kwargs):
    """An embedding by the name of its class.

    Parameters
    ----------
    embedding_name : str   ``'glove'``, ``'fasttext'``, or the name of a registered class
    **kwargs               arguments of the class

    Raises
    ------
    UnknownNameError (MXNetError, ValueError, AssertionError)   no such class
    """
    return _create(embedding_name, **kwargs)


def get_pretrained_file_names(embedding_name=None):
    """Names of the pre-trained files an embedding knows.

    Parameters
    ----------
    embedding_name : str, optional   None: all registered embeddings

    Returns
    -------
    list of str, or dict from the embeddings' names to such lists

    Raises
    ------
    UnknownEmbeddingError (MXNetError, KeyError)   no embedding of that name
    """
    known = get_registry(_TokenEmbedding)
    if embedding_name is None:
        return {name: _file_names(cls) for name, cls in known.items()}
    if embedding_name not in known:
        raise UnknownEmbeddingError(
            f"Cannot find `embedding_name` {embedding_name}: expected one of "
            f"{', '.join(sorted(known))}.{suggestion(embedding_name, known)}"
        )
    return _file_names(known[embedding_name])


def _file_names(cls):
    return list(getattr(cls, "pretrained_file_name_sha1", ()))


class _TokenEmbedding(Vocabulary):
    """A vocabulary whose tokens have vectors. Base of the classes that read them from files.

    Parameters
    ----------
    **kwargs   arguments of :class:`~mxnet.contrib.text.vocab.Vocabulary`
    """

    # ------------------------------------------------------------------ where files are
    @classmethod
    def _get_download_file_name(cls, pretrained_file_name):
        """Name of the archive that holds a file."""
        return pretrained_file_name

    @classmethod
    def _get_pretrained_file(cls, embedding_root, pretrained_file_name):
        """Path of a known file below ``embedding_root/<name of the class>``.

        An archive of it that lies there is unpacked. Nothing is fetched.
        """
        folder = os.path.join(os.path.expanduser(embedding_root), cls.__name__.lower())
        path = os.path.join(folder, pretrained_file_name)
        if os.path.isfile(path):
            return path
        archive = os.path.join(folder, cls._get_download_file_name(pretrained_file_name))
        if archive != path and os.path.isfile(archive):
            extract_member(archive, pretrained_file_name, path)
            return path
        return fail(
            MissingFileError,
            f"{cls.__name__}: the file {pretrained_file_name!r} of vectors is not there",
            "files are not fetched from the network",
            expected=f"{path!r}, or the archive {archive!r}",
            got="neither",
            hint="put one of them there, or pass embedding_root=",
        )

    @classmethod
    def _check_pretrained_file_names(cls, pretrained_file_name):
        """Refuse a file name that the class does not know."""
        known = _file_names(cls)
        if pretrained_file_name not in known:
            name = cls.__name__.lower()
            near = nearest(pretrained_file_name, known)
            raise UnknownEmbeddingError(
                f"Cannot find pretrained file {pretrained_file_name} for token embedding {name}. "
                f"{f'{near} ' if near else ''}Valid pretrained files for embedding {name}: "
                f"{', '.join(known)}"
            )

    # ------------------------------------------------------------------ reading
    def _load_embedding(self, pretrained_file_path, elem_delim, init_unknown_vec, encoding="utf8"):
        """Append the tokens of a file, and take their vectors."""
        path = os.path.expanduser(pretrained_file_path)
        if not os.path.isfile(path):
            fail(
                MissingFileError,
                type(self).__name__,
                "`pretrained_file_path` must be a valid path to the pre-trained token embedding "
                "file",
                expected="an existing file",
                got=repr(pretrained_file_path),
            )
        logging.info("Loading pre-trained token embedding vectors from %s", path)
        vectors = _read_vectors(path, elem_delim, encoding)
        if not len(vectors.table):
            fail(
                EmbeddingFormatError,
                path,
                "the file holds no vectors",
                expected=f"lines of a token and two or more numbers, with {elem_delim!r} between",
                got=f"{vectors.lines} lines",
            )
        number = self._token_to_idx
        there = len(self._idx_to_token)
        for token in vectors.rows:
            if token not in number:
                number[token] = len(self._idx_to_token)
                self._idx_to_token.append(token)
        self._vec_len = vectors.table.shape[1]
        table = onp.empty((len(self), self._vec_len), "float32")
        table[:there] = _vector(init_unknown_vec, self._vec_len)
        at = [number[token] for token in vectors.rows]
        table[at] = vectors.table[list(vectors.rows.values())]
        self._idx_to_vec = nd.array(table)

    # ------------------------------------------------------------------ other vocabularies
    def _index_tokens_from_vocabulary(self, vocabulary):
        """Take over the tokens of another vocabulary."""
        self._token_to_idx = dict(vocabulary.token_to_idx)
        self._idx_to_token = list(vocabulary.idx_to_token)
        self._unknown_token = vocabulary.unknown_token
        reserved = vocabulary.reserved_tokens
        self._reserved_tokens = None if reserved is None else list(reserved)

    def _set_idx_to_vec_by_embeddings(self, token_embeddings, vocab_len, vocab_idx_to_token):
        """Set the vectors of tokens to those of one or several embeddings, side by side."""
        if not token_embeddings:
            fail(
                EmbeddingError,
                type(self).__name__,
                "there are no embeddings to take vectors from",
                expected="at least one token embedding",
                got=token_embeddings,
            )
        parts = [
            e.idx_to_vec.asnumpy()[onp.asarray(e.to_indices(list(vocab_idx_to_token)), "int64")]
            for e in token_embeddings
        ]
        for part, embedding in zip(parts, token_embeddings):
            part[UNKNOWN] = embedding.idx_to_vec[UNKNOWN].asnumpy()
        table = onp.concatenate(parts, 1)
        self._vec_len = table.shape[1]
        self._idx_to_vec = nd.array(table)

    def _build_embedding_for_vocabulary(self, vocabulary):
        """Keep the vectors of a vocabulary's tokens only, in its order; None: change nothing."""
        if vocabulary is None:
            return
        _check_vocabulary(type(self).__name__, vocabulary)
        self._set_idx_to_vec_by_embeddings([self], len(vocabulary), vocabulary.idx_to_token)
        self._index_tokens_from_vocabulary(vocabulary)

    # ------------------------------------------------------------------ vectors
    @property
    def vec_len(self):
        """int: length of the vectors."""
        return self._vec_len

    @property
    def idx_to_vec(self):
        """NDArray (len, vec_len) float32: the vectors, by number of their token."""
        return self._idx_to_vec

    def get_vecs_by_tokens(self, tokens, lower_case_backup=False):
        """Vectors of tokens.

        Parameters
        ----------
        tokens : str, or list of str
        lower_case_backup : bool, default False   look for a token in lower case where it is not
            known as it is

        Returns
        -------
        NDArray (vec_len,), or (number of tokens, vec_len); the unknown token's vector for tokens
        that are not known
        """
        one = not isinstance(tokens, list)
        wanted = [tokens] if one else tokens
        number = self._token_to_idx
        if lower_case_backup:
            indices = [number.get(t, number.get(t.lower(), UNKNOWN)) for t in wanted]
        else:
            indices = [number.get(t, UNKNOWN) for t in wanted]
        found = self._idx_to_vec.take(nd.array(onp.asarray(indices, "int64"), dtype="int64"))
        return found[0] if one else found

    def update_token_vectors(self, tokens, new_vectors):
        """Exchange the vectors of tokens.

        Parameters
        ----------
        tokens : str, or list of str
        new_vectors : NDArray (number of tokens, vec_len); (vec_len,) also for a single token

        Raises
        ------
        EmbeddingError (MXNetError, ValueError, AssertionError)   a token is not known (the unknown
            token must be named itself); the vectors do not fit
        """
        where = "update_token_vectors"
        single = not isinstance(tokens, list) or len(tokens) == 1
        tokens = tokens if isinstance(tokens, list) else [tokens]
        ranks = (1, 2) if single else (2,)
        if not isinstance(new_vectors, NDArray) or new_vectors.ndim not in ranks:
            fail(
                EmbeddingError,
                where,
                "`new_vectors` must be a 1-D or 2-D NDArray if `tokens` is a singleton"
                if single
                else "`new_vectors` must be a 2-D NDArray if `tokens` is a list of multiple "
                "strings",
                got=getattr(new_vectors, "shape", type(new_vectors).__name__),
            )
        shape = (len(tokens), self.vec_len)
        if new_vectors.ndim == 1:
            new_vectors = new_vectors.reshape((1, -1))
        if new_vectors.shape != shape:
            fail(
                EmbeddingError,
                where,
                "the length of new_vectors must be equal to the number of tokens, and their "
                "width to the dimension of the embedding",
                expected=shape,
                got=new_vectors.shape,
            )
        for token in tokens:
            if token not in self._token_to_idx:
                fail(
                    EmbeddingError,
                    where,
                    f"Token {token} is unknown",
                    hint="to update the vector of unknown tokens, name the `unknown_token` "
                    f"{self.unknown_token} explicitly",
                )
        at = onp.asarray([self._token_to_idx[token] for token in tokens], "int64")
        self._idx_to_vec[nd.array(at, dtype="int64")] = new_vectors


_register = get_register_func(_TokenEmbedding, "token embedding")
_create = get_create_func(_TokenEmbedding, "token embedding")


class _Vectors:
    """What a file holds: the row of each token in a table of vectors."""

    def __init__(self, rows, table, lines):
        self.rows, self.table, self.lines = rows, table, lines


def _read_vectors(path, elem_delim, encoding):
    """Tokens and vectors of a text file, one token a line."""
    rows, numbers, width, n = {}, array("f"), 0, 0
    for n, line in numbered_lines(path, encoding):
        token, *elements = line.rstrip().split(elem_delim)
        if not elements:
            fail(
                EmbeddingFormatError,
                path,
                f"At line {n} of the pre-trained text embedding file: the data format is "
                "unexpected",
                expected=f"a token and its numbers, with {elem_delim!r} between",
                got=repr(line[:60]),
            )
        if width and len(elements) > width and not _is_number(elements[-width - 1]):
            token = elem_delim.join([token, *elements[:-width]])  # a token with a delimiter
            elements = elements[-width:]
        if token in rows:
            warnings.warn(
                f"At line {n} of the pre-trained token embedding file: the embedding vector "
                f"for token {token} has been loaded and a duplicate embedding for the same "
                "token is seen and skipped.",
                UserWarning,
                stacklevel=user_level(),
            )
            continue
        if len(elements) == 1:
            warnings.warn(
                f"At line {n} of the pre-trained text embedding file: token {token} with "
                f"1-dimensional vector {elements} is likely a header and is skipped.",
                UserWarning,
                stacklevel=user_level(),
            )
            continue
        if width and len(elements) != width:
            fail(
                EmbeddingFormatError,
                path,
                f"At line {n} of the pre-trained token embedding file: the dimension of token "
                f"{token} differs from that of previous tokens",
                expected=width,
                got=len(elements),
            )
        width = len(elements)
        try:
            numbers.extend(map(float, elements))
        except ValueError as error:
            fail(
                EmbeddingFormatError,
                path,
                f"At line {n} of the pre-trained token embedding file: {error}",
                expected="numbers",
                got=repr(line[:60]),
            )
        rows[token] = len(rows)
    table = onp.frombuffer(numbers, "float32") if numbers else onp.empty(0, "float32")
    return _Vectors(rows, table.reshape(-1, width or 1), n)


def _is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def _vector(make, length):
    """What an initialiser gives for the unknown token, as a NumPy array."""
    if make is nd.zeros:
        return onp.zeros(length, "float32")
    made = make(shape=length)
    return made.asnumpy() if isinstance(made, NDArray) else onp.asarray(made, "float32")


def _check_vocabulary(where, vocabulary):
    if not isinstance(vocabulary, Vocabulary):
        fail(
            EmbeddingError,
            where,
            "The argument `vocabulary` must be an instance of mxnet.contrib.text.vocab.Vocabulary",
            got=type(vocabulary).__name__,
        )


def _known(name):
    """Tables of an embedding's files: file -> SHA-1, archive -> SHA-1, file -> archive."""
    rows = json.loads(Path(__file__).with_name("pretrained.json").read_text())[name]
    return (
        {file: digest for file, digest, _, _ in rows},
        {archive: digest for _, _, archive, digest in rows},
        {file: archive for file, _, archive, _ in rows},
    )


_ROOT = os.path.join(_config.get("home"), "embeddings")


class _Pretrained(_TokenEmbedding):
    """An embedding whose files have well-known names."""

    _archives: dict[str, str] = {}

    @classmethod
    def _get_download_file_name(cls, pretrained_file_name):
        return cls._archives[pretrained_file_name]

    def __init__(self, name, root, init_unknown_vec, vocabulary, **kwargs):
        self._check_pretrained_file_names(name)
        super().__init__(**kwargs)
        path = self._get_pretrained_file(root, name)
        self._load_embedding(path, " ", init_unknown_vec)
        if vocabulary is not None:
            self._build_embedding_for_vocabulary(vocabulary)


@register
class GloVe(_Pretrained):
    """The GloVe vectors (Stanford), from ``<embedding_root>/glove``.

    Parameters
    ----------
    pretrained_file_name : str, default 'glove.840B.300d.txt'   see
        :func:`get_pretrained_file_names`; the file, or the archive that holds it, must be there
    embedding_root : str, default ``$MXNET_HOME/embeddings``
    init_unknown_vec : callable, default :func:`mxnet.nd.zeros`   called with ``shape=vec_len`` for
        the unknown token's vector
    vocabulary : Vocabulary, optional   keep its tokens only, in its order
    **kwargs   arguments of :class:`~mxnet.contrib.text.vocab.Vocabulary`

    Raises
    ------
    UnknownEmbeddingError (MXNetError, KeyError)                       an unknown file name
    MissingFileError (MXNetError, FileNotFoundError, ValueError)       it is not there: the message
        says which file to put where
    EmbeddingFormatError (MXNetError, ValueError, AssertionError)      it is damaged: the line
    """

    pretrained_file_name_sha1, pretrained_archive_name_sha1, _archives = _known("GloVe")

    def __init__(
        self,
        pretrained_file_name="glove.840B.300d.txt",
        embedding_root=_ROOT,
        init_unknown_vec=nd.zeros,
        vocabulary=None,
        **kwargs,
    ):
        super().__init__(
            pretrained_file_name, embedding_root, init_unknown_vec, vocabulary, **kwargs
        )


@register
class FastText(_Pretrained):
    """The fastText vectors (Facebook), from ``<embedding_root>/fasttext``.

    Parameters
    ----------
    pretrained_file_name : str, default 'wiki.simple.vec'   see :func:`get_pretrained_file_names`;
        the file, or the archive that holds it, must be there
    embedding_root : str, default ``$MXNET_HOME/embeddings``
    init_unknown_vec : callable, default :func:`mxnet.nd.zeros`   called with ``shape=vec_len`` for
        the unknown token's vector
    vocabulary : Vocabulary, optional   keep its tokens only, in its order
    **kwargs   arguments of :class:`~mxnet.contrib.text.vocab.Vocabulary`

    Raises
    ------
    as :class:`GloVe`
    """

    pretrained_file_name_sha1, pretrained_archive_name_sha1, _archives = _known("FastText")

    def __init__(
        self,
        pretrained_file_name="wiki.simple.vec",
        embedding_root=_ROOT,
        init_unknown_vec=nd.zeros,
        vocabulary=None,
        **kwargs,
    ):
        super().__init__(
            pretrained_file_name, embedding_root, init_unknown_vec, vocabulary, **kwargs
        )


class CustomEmbedding(_TokenEmbedding):
    """Vectors of a text file: a token and its numbers on each line.

    Parameters
    ----------
    pretrained_file_path : str
    elem_delim : str, default ' '    stands between the token and the numbers
    encoding : str, default 'utf8'
    init_unknown_vec : callable, default :func:`mxnet.nd.zeros`   called with ``shape=vec_len`` for
        the vector of the unknown token and of reserved tokens that are not in the file
    vocabulary : Vocabulary, optional   keep its tokens only, in its order
    **kwargs   arguments of :class:`~mxnet.contrib.text.vocab.Vocabulary`

    Raises
    ------
    MissingFileError (MXNetError, FileNotFoundError, ValueError)      no such file
    EmbeddingFormatError (MXNetError, ValueError, AssertionError)     file, line, expected, got

    Warns
    -----
    UserWarning   a token comes twice (the first is kept); a line of a single number (a header)
    """

    def __init__(
        self,
        pretrained_file_path,
        elem_delim=" ",
        encoding="utf8",
        init_unknown_vec=nd.zeros,
        vocabulary=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self._load_embedding(pretrained_file_path, elem_delim, init_unknown_vec, encoding)
        if vocabulary is not None:
            self._build_embedding_for_vocabulary(vocabulary)


class CompositeEmbedding(_TokenEmbedding):
    """The vectors of several embeddings, side by side, for the tokens of a vocabulary.

    Parameters
    ----------
    vocabulary : Vocabulary
    token_embeddings : token embedding, or list of them

    Raises
    ------
    EmbeddingError (MXNetError, ValueError, AssertionError)   other arguments
    """

    def __init__(self, vocabulary, token_embeddings):
        _check_vocabulary("CompositeEmbedding", vocabulary)
        if not isinstance(token_embeddings, list):
            token_embeddings = [token_embeddings]
        for embedding in token_embeddings:
            if not isinstance(embedding, _TokenEmbedding):
                fail(
                    EmbeddingError,
                    "CompositeEmbedding",
                    "the argument `token_embeddings` does not fit",
                    expected="instances of mxnet.contrib.text.embedding._TokenEmbedding",
                    got=type(embedding).__name__,
                )
        self._index_tokens_from_vocabulary(vocabulary)
        self._set_idx_to_vec_by_embeddings(token_embeddings, len(self), self.idx_to_token)


_attach_examples_to(globals())
