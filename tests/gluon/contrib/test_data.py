"""Samplers and texts of ``gluon.contrib.data`` against recorded results of MXNet 1.9.1."""

import zipfile
from collections import Counter

import pytest

from mxnet.gluon.contrib.data import IntervalSampler
from mxnet.gluon.contrib.data.text import WikiText2, WikiText103
from mxnet.gluon.data import DataLoader

TEXT = " = Title = \n\n a b c a \n d a \n\n e f a b\n"


def test_interval_sampler():
    sampler = IntervalSampler(13, interval=3)
    assert list(sampler) == [0, 3, 6, 9, 12, 1, 4, 7, 10, 2, 5, 8, 11]
    assert len(sampler) == 13
    assert list(IntervalSampler(13, interval=3, rollover=False)) == [0, 3, 6, 9, 12]
    for length, interval in ((3, 5), (0, 1), (5, 0)):
        with pytest.raises(AssertionError, match=f"Interval {interval} must .* length {length}"):
            IntervalSampler(length, interval)


@pytest.fixture
def folder(tmp_path):
    for part in ("train", "valid", "test"):
        (tmp_path / f"wiki.{part}.tokens").write_text(TEXT)
    return str(tmp_path)


def test_wikitext(folder):
    data = WikiText2(folder, seq_len=5)
    assert len(data) == 3
    assert data.vocabulary.idx_to_token == "<unk> <eos> a = b Title c d e f".split()
    assert data.frequencies == Counter("a a a a = = b b Title c d e f".split())
    tokens, following = data[0]
    assert tokens.asnumpy().tolist() == [3, 5, 3, 1, 2]
    assert following.asnumpy().tolist() == [5, 3, 1, 2, 4]
    assert data[1][0].asnumpy().tolist() == [4, 6, 2, 1, 7]
    other = WikiText2(folder, "validation", data.vocabulary, 3)
    assert other.vocabulary is data.vocabulary
    assert len(other) == 5
    x, y = next(iter(DataLoader(other, 2)))
    assert x.asnumpy().tolist() == [[3, 5, 3], [1, 2, 4]]
    assert y.shape == (2, 3)


def test_wikitext_from_archive(tmp_path):
    with zipfile.ZipFile(tmp_path / "wikitext-103-v1.zip", "w") as archive:
        archive.writestr("wikitext-103/wiki.test.tokens", TEXT)
    assert len(WikiText103(str(tmp_path), "test", seq_len=5)) == 3


def test_wikitext_refuses(tmp_path, folder):
    with pytest.raises(FileNotFoundError, match=r"wiki.train.tokens.*wikitext-2-v1.zip.*root="):
        WikiText2(str(tmp_path / "none"))
    with pytest.raises(KeyError, match="expected one of 'train', 'validation', 'test', got 'tran'"):
        WikiText2(folder, "tran")
    with pytest.raises(ValueError, match="more than seq_len=300 tokens, got 17"):
        WikiText2(folder, seq_len=300)
