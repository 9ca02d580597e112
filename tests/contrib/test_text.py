"""Vocabularies and token embeddings against recorded results of MXNet 1.9.1."""

import re
import zipfile
from collections import Counter

import numpy as onp
import pytest

import mxnet as mx
from mxnet import nd
from mxnet.contrib import text
from mxnet.error import FormatError, MXNetError

COUNTER = Counter(["c", "b", "b", "c", "c", "a", "some_word$"])


def write(folder, content, name="vectors.txt", encoding="utf8"):
    path = folder / name
    path.write_bytes(content.encode(encoding))
    return str(path)


@pytest.fixture
def five(tmp_path):
    """Two tokens with vectors of five numbers."""
    return write(tmp_path, "a 0.1 0.2 0.3 0.4 0.5\nb 0.6 0.7 0.8 0.9 1.0\n")


# ------------------------------------------------------------------------------ counting
@pytest.mark.parametrize(
    ("source", "options", "expected"),
    [
        (" Life is great ! \n life is good . \n", {}, "is is Life great ! life good ."),
        (" Life is\n life\n", {"to_lower": True}, "life life is"),
        ("a-b-c;d--e-a", {"token_delim": "-", "seq_delim": ";"}, "a a b c d e"),
        ("a-b-c.d--e-a", {"token_delim": "-", "seq_delim": "."}, ""),
        ("", {}, ""),
    ],
)
def test_count_tokens(source, options, expected):
    assert text.utils.count_tokens_from_str(source, **options) == Counter(expected.split())


def test_count_tokens_into_a_counter():
    counter = Counter({"life": 2})
    found = text.utils.count_tokens_from_str("life is life", counter_to_update=counter)
    assert found is counter
    assert counter == Counter({"life": 4, "is": 1})


def test_count_tokens_refuses_delimiters_that_are_no_expression():
    with pytest.raises(re.error, match=r"nothing to repeat.*re\.escape"):
        text.utils.count_tokens_from_str("a*b", "*", "\n")


# ------------------------------------------------------------------------------ vocabulary
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ["<unk>", "c", "b", "a", "some_word$"]),
        ({"most_freq_count": 2}, ["<unk>", "c", "b"]),
        ({"min_freq": 2}, ["<unk>", "c", "b"]),
        ({"most_freq_count": 0}, ["<unk>"]),
        ({"most_freq_count": -1}, ["<unk>", "c", "b", "a", "some_word$"]),
        (
            {"unknown_token": "<UNK>", "reserved_tokens": ["b", "<pad>"]},
            ["<UNK>", "b", "<pad>", "c", "a", "some_word$"],
        ),
        (
            {"most_freq_count": 3, "reserved_tokens": ["b", "<pad>"]},
            ["<unk>", "b", "<pad>", "c", "a", "some_word$"],
        ),
        ({"unknown_token": "a"}, ["a", "c", "b", "some_word$"]),
    ],
)
def test_vocabulary_order(options, expected):
    vocabulary = text.vocab.Vocabulary(COUNTER, **options)
    assert vocabulary.idx_to_token == expected
    assert vocabulary.token_to_idx == {token: i for i, token in enumerate(expected)}
    assert len(vocabulary) == len(expected)
    assert vocabulary.unknown_token == expected[0]
    assert vocabulary.reserved_tokens == options.get("reserved_tokens")


def test_vocabulary_without_counter():
    assert text.vocab.Vocabulary().idx_to_token == ["<unk>"]
    assert text.vocab.Vocabulary(reserved_tokens=[]).reserved_tokens == []


def test_vocabulary_numbers_and_tokens():
    vocabulary = text.vocab.Vocabulary(COUNTER)
    assert vocabulary.to_indices("c") == 1
    assert vocabulary.to_indices(["c", "zz", "a"]) == [1, 0, 3]
    assert vocabulary.to_indices([]) == []
    assert vocabulary.to_tokens(1) == "c"
    assert vocabulary.to_tokens([1, 2, 0]) == ["c", "b", "<unk>"]
    assert vocabulary.to_tokens(onp.int32(1)) == "c"
    for bad in (100, [0, 100], 1.0):
        with pytest.raises(ValueError, match=r"Token index (100|1\.0) .* below 5"):
            vocabulary.to_tokens(bad)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"min_freq": 0}, "`min_freq` must be set to a positive value.* got 0"),
        ({"counter": {"a": 1}}, "must be an instance of collections.Counter: got dict"),
        ({"reserved_tokens": ["b", "b"]}, "duplicate reserved tokens: got 'b'"),
        ({"reserved_tokens": ["b", "<unk>"]}, "cannot contain `unknown_token`: got '<unk>'"),
    ],
)
def test_vocabulary_refuses(arguments, message):
    with pytest.raises(AssertionError, match=message) as caught:
        text.vocab.Vocabulary(**{"counter": COUNTER, **arguments})
    assert isinstance(caught.value, MXNetError)


# ------------------------------------------------------------------------------ reading vectors
def test_custom_embedding(five):
    e = text.embedding.CustomEmbedding(five)
    assert (len(e), e.vec_len) == (3, 5)
    assert e.idx_to_token == ["<unk>", "a", "b"]
    assert e.token_to_idx == {"<unk>": 0, "a": 1, "b": 2}
    assert e.idx_to_vec.dtype == onp.float32
    expected = onp.vstack([onp.zeros(5), onp.arange(1, 11).reshape(2, 5) / 10]).astype("float32")
    onp.testing.assert_array_equal(e.idx_to_vec.asnumpy(), expected)
    onp.testing.assert_array_equal(e.get_vecs_by_tokens("a").asnumpy(), expected[1])
    onp.testing.assert_array_equal(e.get_vecs_by_tokens(["c", "a"]).asnumpy(), expected[[0, 1]])


def test_custom_embedding_with_tabs_and_other_encodings(tmp_path):
    path = write(tmp_path, "a\t0.1\t0.2\n\u00e9\t0.6\t0.7\n", encoding="latin1")
    e = text.embedding.CustomEmbedding(path, elem_delim="\t", encoding="latin1")
    assert e.idx_to_token == ["<unk>", "a", "\u00e9"]
    with pytest.raises(UnicodeDecodeError):
        text.embedding.CustomEmbedding(path, elem_delim="\t")


def test_a_token_may_hold_the_delimiter(tmp_path):
    e = text.embedding.CustomEmbedding(write(tmp_path, "a 1 2\n. . 3 4\n"))
    assert e.idx_to_token == ["<unk>", "a", ". ."]
    assert e.get_vecs_by_tokens(". .").asnumpy().tolist() == [3, 4]


def test_unknown_vector_from_file_or_initialiser(tmp_path, five):
    path = write(tmp_path, "a 0.1 0.2\n<unk> 0.6 0.7\nb 3 4\n", "unk.txt")
    e = text.embedding.CustomEmbedding(path)
    assert e.idx_to_token == ["<unk>", "a", "b"]
    assert e.idx_to_vec[0].asnumpy().tolist() == pytest.approx([0.6, 0.7])
    other = text.embedding.CustomEmbedding(path, unknown_token="<U>")
    assert other.idx_to_token == ["<U>", "a", "<unk>", "b"]
    ones = text.embedding.CustomEmbedding(five, init_unknown_vec=nd.ones)
    assert ones.idx_to_vec[0].asnumpy().tolist() == [1] * 5


def test_reserved_tokens_have_vectors(five):
    """MXNet 1.9.1 left the table one row short, so that every token had its neighbour's vector."""
    e = text.embedding.CustomEmbedding(five, reserved_tokens=["<pad>"])
    assert e.idx_to_token == ["<unk>", "<pad>", "a", "b"]
    assert e.idx_to_vec.shape == (4, 5)
    assert e.get_vecs_by_tokens("b")[4].asscalar() == 1


def test_duplicates_and_headers_warn(tmp_path):
    path = write(tmp_path, "2 1\na 0.1 0.2\nb 0.6 0.7\na 3 4\n")
    with pytest.warns(UserWarning, match="At line") as caught:
        e = text.embedding.CustomEmbedding(path)
    messages = [str(w.message) for w in caught]
    assert "line 1" in messages[0]
    assert "likely a header" in messages[0]
    assert "At line 4" in messages[1]
    assert "duplicate embedding" in messages[1]
    assert e.get_vecs_by_tokens("a").asnumpy().tolist() == pytest.approx([0.1, 0.2])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a 1 2\nb 3 4 5\n", "line 2.*token b.*expected 2, got 3"),
        ("a 1 2\n\nb 3 4\n", "line 2.*expected a token"),
        ("a 1 2\nb 3 x\n", "line 2.*'x'"),
        ("", "holds no vectors.*got 0 lines"),
    ],
)
def test_broken_files(tmp_path, content, message):
    path = write(tmp_path, content)
    with pytest.raises(FormatError, match=message) as caught:
        text.embedding.CustomEmbedding(path)
    assert isinstance(caught.value, AssertionError)


def test_missing_file(tmp_path):
    with pytest.raises(ValueError, match=r"valid path.*none.txt"):
        text.embedding.CustomEmbedding(str(tmp_path / "none.txt"))


# ------------------------------------------------------------------------------ using vectors
def test_lower_case_backup(tmp_path):
    e = text.embedding.CustomEmbedding(write(tmp_path, "Hello 0.1 0.2\nhello 0.6 0.7\nMy 5 6\n"))
    found = e.get_vecs_by_tokens(["HELLO", "Hello", "MY"], lower_case_backup=True).asnumpy()
    assert found.tolist() == [pytest.approx(v) for v in ([0.6, 0.7], [0.1, 0.2], [0, 0])]
    assert e.get_vecs_by_tokens("HELLO").asnumpy().tolist() == [0, 0]


def test_update_token_vectors(five):
    e = text.embedding.CustomEmbedding(five)
    e.update_token_vectors("a", nd.array([2, 2, 2, 2, 2]))
    assert e.get_vecs_by_tokens("a").asnumpy().tolist() == [2] * 5
    e.update_token_vectors(["a", "<unk>"], nd.array([[3] * 5, [4] * 5]))
    assert e.idx_to_vec.asnumpy()[:2].tolist() == [[4] * 5, [3] * 5]


@pytest.mark.parametrize(
    ("tokens", "vectors", "message"),
    [
        (["a", "b"], (5,), "must be a 2-D NDArray"),
        ("a", (2,), r"expected \(1, 5\), got \(1, 2\)"),
        (["a", "b"], (3, 5), r"expected \(2, 5\), got \(3, 5\)"),
        ("unknown$$$", (5,), "Token unknown[$]+ is unknown.*`unknown_token` <unk>"),
    ],
)
def test_update_refuses(five, tokens, vectors, message):
    e = text.embedding.CustomEmbedding(five)
    for error in (AssertionError, ValueError):
        with pytest.raises(error, match=message):
            e.update_token_vectors(tokens, nd.zeros(vectors))
    with pytest.raises(AssertionError, match=r"1-D or 2-D NDArray.*got list"):
        e.update_token_vectors("a", [1] * 5)


def test_vectors_for_a_vocabulary(five, tmp_path):
    vocabulary = text.vocab.Vocabulary(
        Counter("aaccz"), unknown_token="<UU>", reserved_tokens=["<p>"]
    )
    e = text.embedding.CustomEmbedding(five, vocabulary=vocabulary, init_unknown_vec=nd.ones)
    assert e.idx_to_token == ["<UU>", "<p>", "a", "c", "z"]
    assert (e.unknown_token, e.reserved_tokens) == ("<UU>", ["<p>"])
    assert e.idx_to_vec.asnumpy()[:, 0].tolist() == pytest.approx([1, 1, 0.1, 1, 1])
    with pytest.raises(AssertionError, match=r"`vocabulary` must be an instance.*got int"):
        text.embedding.CustomEmbedding(five, vocabulary=5)

    other = text.embedding.CustomEmbedding(
        write(tmp_path, "a 0.1 0.2\n<unk> 0.6 0.7\nb 3 4\n", "unk.txt")
    )
    both = text.embedding.CompositeEmbedding(vocabulary, [e, other])
    assert both.idx_to_token == vocabulary.idx_to_token
    assert both.vec_len == 7
    assert both.idx_to_vec[2].asnumpy().tolist() == pytest.approx(
        [0.1, 0.2, 0.3, 0.4, 0.5, 0.1, 0.2]
    )
    assert both.idx_to_vec[4].asnumpy().tolist() == pytest.approx([1, 1, 1, 1, 1, 0.6, 0.7])
    single = text.embedding.CompositeEmbedding(vocabulary, e)
    assert single.idx_to_vec.shape == (5, 5)
    with pytest.raises(AssertionError, match=r"`token_embeddings`.*got Vocabulary"):
        text.embedding.CompositeEmbedding(vocabulary, [vocabulary])
    with pytest.raises(AssertionError, match=r"`vocabulary`.*got str"):
        text.embedding.CompositeEmbedding("v", [e])


# ------------------------------------------------------------------------------ names
def test_names_of_pretrained_files():
    names = text.embedding.get_pretrained_file_names()
    assert {"glove", "fasttext"} <= set(names)
    assert len(names["fasttext"]) == 327
    assert text.embedding.get_pretrained_file_names("glove")[1] == "glove.6B.50d.txt"
    with pytest.raises(KeyError, match=r"Cannot find `embedding_name` glov.*'glove'"):
        text.embedding.get_pretrained_file_names("glov")


def test_create_refuses_unknown_names():
    with pytest.raises(AssertionError, match=r"unknown[$] is not registered"):
        text.embedding.create("unknown$")
    with pytest.raises(KeyError, match=r"Cannot find pretrained file glove.6B.51d.txt.*50d"):
        text.embedding.create("glove", pretrained_file_name="glove.6B.51d.txt")


def test_known_files_are_looked_for_locally(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"glove.6B.50d.txt.*glove.6B.zip.*embedding_root"):
        text.embedding.GloVe("glove.6B.50d.txt", embedding_root=str(tmp_path))
    (tmp_path / "glove").mkdir()
    with zipfile.ZipFile(tmp_path / "glove" / "glove.6B.zip", "w") as archive:
        archive.writestr("glove.6B.50d.txt", "the 1 2 3\nof 4 5 6\n")
    e = mx.contrib.text.embedding.create(
        "glove", pretrained_file_name="glove.6B.50d.txt", embedding_root=str(tmp_path)
    )
    assert e.idx_to_token == ["<unk>", "the", "of"]
    assert (tmp_path / "glove" / "glove.6B.50d.txt").exists()
    (tmp_path / "fasttext").mkdir()
    write(tmp_path / "fasttext", "2 3\nthe 1 2 3\nof 4 5 6\n", "wiki.simple.vec")
    with pytest.warns(UserWarning, match=r"token 2 .* likely a header"):
        # the header of fastText's files has one number only after its first
        f = text.embedding.FastText(embedding_root=str(tmp_path))
    assert f.get_vecs_by_tokens("of").asnumpy().tolist() == [4, 5, 6]


def test_own_embedding_class():
    @text.embedding.register
    class MyText(text.embedding._TokenEmbedding):
        pass

    assert type(text.embedding.create("mytext")) is MyText
    assert text.embedding.get_pretrained_file_names("mytext") == []
