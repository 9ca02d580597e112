"""Downloads that are cut, resumed or damaged, and the mirrors of MXNET_GLUON_REPO.

Every server is one of this machine's own, Hugging Face's too; their client is the real one.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import struct
import sys
import tempfile
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as onp
import pytest

from mxnet import nd
from mxnet.error import MXNetError
from mxnet.gluon import utils
from mxnet.gluon.data.vision import FashionMNIST
from mxnet.gluon.model_zoo import model_store, vision
from support import prepared

CONTENT = onp.random.default_rng(0).bytes(1_000_000)
SHA1 = hashlib.sha1(CONTENT).hexdigest()


class Handler(BaseHTTPRequestHandler):
    """Files with ranges; while ``server.cuts`` last, answers end after ``server.cut`` bytes."""

    def log_message(self, *args):
        """Say nothing."""

    def do_GET(self):
        web = self.server
        web.asked.append((self.path, self.headers.get("Range"), self.headers.get("If-Range")))
        data = web.files.get(self.path)
        if data is None:
            self.send_error(404)
            return
        begin = 0
        wanted = self.headers.get("Range")
        if wanted and web.ranges and self.headers.get("If-Range") in (None, web.tag):
            begin = int(wanted.removeprefix("bytes=").rstrip("-"))
            if begin >= len(data):
                self.send_error(416)
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {begin}-{len(data) - 1}/{len(data)}")
        else:
            self.send_response(200)
        if web.tag:
            self.send_header("ETag", web.tag)
        self.send_header("Content-Length", str(len(data) - begin))
        self.end_headers()
        rest = data[begin:]
        if web.cuts:
            web.cuts -= 1
            rest = rest[: web.cut]
        self.wfile.write(rest)


@pytest.fixture
def web(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    web.files, web.asked = {"/file": CONTENT}, []
    web.tag, web.ranges, web.cut, web.cuts = '"first"', True, 300_000, 0
    web.url = f"http://127.0.0.1:{web.server_port}"
    thread = threading.Thread(target=web.serve_forever, daemon=True)
    thread.start()
    yield web
    web.shutdown()
    web.server_close()
    thread.join()


def ranges(web):
    return [asked[1] for asked in web.asked]


# ------------------------------------------------------------------------------ one file
def test_the_next_attempt_goes_on(tmp_path, web):
    web.cuts = 2
    path = utils.download(f"{web.url}/file", str(tmp_path / "a"), sha1_hash=SHA1)
    assert (tmp_path / "a").read_bytes() == CONTENT
    assert ranges(web) == [None, "bytes=300000-", "bytes=600000-"]
    assert [asked[2] for asked in web.asked] == [None, '"first"', '"first"']
    assert os.listdir(tmp_path) == [os.path.basename(path)]


def test_a_later_call_goes_on(tmp_path, web):
    web.cuts = 1
    with pytest.raises(MXNetError, match=r"300000 of 1000000 bytes|IncompleteRead"):
        utils.download(f"{web.url}/file", str(tmp_path / "a"), retries=0)
    assert sorted(os.listdir(tmp_path)) == ["a.part", "a.part.json"]
    assert (tmp_path / "a.part").read_bytes() == CONTENT[:300_000]
    utils.download(f"{web.url}/file", str(tmp_path / "a"), sha1_hash=SHA1)
    assert ranges(web) == [None, "bytes=300000-"]
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.parametrize("change", ["other file", "no ranges", "other address", "no note", "note"])
def test_what_cannot_be_gone_on_from_begins_again(tmp_path, web, change):
    web.cuts = 1
    with pytest.raises(MXNetError):
        utils.download(f"{web.url}/file", str(tmp_path / "a"), retries=0)
    content, name = CONTENT, "file"
    if change == "other file":
        content = CONTENT[::-1]
        web.files["/file"], web.tag = content, '"second"'
    elif change == "no ranges":
        web.ranges = False
    elif change == "other address":
        name, content = "new", b"new"
        web.files["/new"] = content
    elif change == "no note":
        (tmp_path / "a.part.json").unlink()
    else:
        (tmp_path / "a.part.json").write_text("[]")
    utils.download(f"{web.url}/{name}", str(tmp_path / "a"), retries=0)
    assert (tmp_path / "a").read_bytes() == content
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.parametrize("tag", [None, 'W/"weak"'])
def test_without_a_name_for_the_state_of_the_file_nothing_is_kept(tmp_path, web, tag):
    web.cuts, web.tag = 1, tag
    with pytest.raises(MXNetError):
        utils.download(f"{web.url}/file", str(tmp_path / "a"), retries=0)
    assert os.listdir(tmp_path) == []
    utils.download(f"{web.url}/file", str(tmp_path / "a"))
    assert ranges(web) == [None, None]


def test_a_damaged_part_is_thrown_away(tmp_path, web):
    """The SHA-1 of the whole tells; the attempt after it begins again."""
    web.cuts = 1
    with pytest.raises(MXNetError):
        utils.download(f"{web.url}/file", str(tmp_path / "a"), retries=0)
    (tmp_path / "a.part").write_bytes(bytes(300_000))
    utils.download(f"{web.url}/file", str(tmp_path / "a"), sha1_hash=SHA1, retries=1)
    assert (tmp_path / "a").read_bytes() == CONTENT
    assert ranges(web) == [None, "bytes=300000-", None]


def test_a_part_that_is_longer_than_the_file(tmp_path, web):
    web.cuts = 1
    with pytest.raises(MXNetError):
        utils.download(f"{web.url}/file", str(tmp_path / "a"), retries=0)
    (tmp_path / "a.part").write_bytes(CONTENT + b"more")
    utils.download(f"{web.url}/file", str(tmp_path / "a"), sha1_hash=SHA1, retries=1)
    assert ranges(web) == [None, "bytes=1000004-", None]
    assert os.listdir(tmp_path) == ["a"]


def test_a_wrong_checksum_leaves_nothing(tmp_path, web):
    with pytest.raises(MXNetError, match=rf"SHA-1 differs: expected {'0' * 40}, got {SHA1}"):
        utils.download(f"{web.url}/file", str(tmp_path / "a"), sha1_hash="0" * 40, retries=1)
    assert os.listdir(tmp_path) == []
    assert ranges(web) == [None, None]


def test_two_who_fetch_the_same_file(tmp_path, web):
    """The second has a part of its own; both find the whole file."""
    held = utils._Partial(str(tmp_path / "a"), f"{web.url}/file")
    try:
        utils.download(f"{web.url}/file", str(tmp_path / "a"), sha1_hash=SHA1)
        assert sorted(os.listdir(tmp_path)) == ["a", "a.part"]
    finally:
        held.close()
    assert os.listdir(tmp_path) == ["a"]


def test_the_answer_of_the_server_can_be_asked_for(tmp_path, web):
    with pytest.raises(utils.DownloadError) as caught:
        utils.download(f"{web.url}/nothing", str(tmp_path / "a"))
    assert caught.value.code == 404


# ------------------------------------------------------------------------------ mirrors
NAME = "squeezenet1.1"


@pytest.fixture
def published(tmp_path, monkeypatch):
    """The bytes of a file as if it were the published one, and its name without ending."""
    nd.save(str(tmp_path / "made"), {"x": nd.arange(200_000)})
    data = (tmp_path / "made").read_bytes()
    digest = hashlib.sha1(data).hexdigest()
    monkeypatch.setitem(model_store._model_sha1, NAME, digest)
    return data, f"{NAME}-{digest[:8]}"


def zipped(data, name):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f"{name}.params", data)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["params", "zip"])
def test_mirrors_are_asked_in_turn(tmp_path, monkeypatch, web, published, kind):
    data, name = published
    content = data if kind == "params" else zipped(data, name)
    web.files = {f"/b/gluon/models/{name}.{kind}": content}
    (tmp_path / "empty").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / f"{name}.params").write_bytes(b"something else")
    places = [str(tmp_path / "empty"), str(tmp_path / "other"), f"{web.url}/a", f"{web.url}/b"]
    monkeypatch.setenv("MXNET_GLUON_REPO", ", ".join(places))
    path = model_store.get_model_file(NAME, root=str(tmp_path / "root"))
    assert os.listdir(tmp_path / "root") == [f"{name}.params"]
    with open(path, "rb") as file:
        assert file.read() == data
    asked = [p for p, _, _ in web.asked]
    assert asked[:2] == [f"/a/gluon/models/{name}.{k}" for k in ("zip", "params")]


@pytest.mark.parametrize("kind", ["params", "zip"])
def test_a_model_whose_connection_is_cut(tmp_path, monkeypatch, web, published, kind):
    data, name = published
    content = data if kind == "params" else zipped(data, name)
    web.files = {f"/gluon/models/{name}.{kind}": content}
    web.cuts = 2  # as many as there are attempts
    monkeypatch.setenv("MXNET_GLUON_REPO", web.url)
    with pytest.raises(model_store.ModelFileError, match=r"600000 of \d+ bytes|IncompleteRead"):
        model_store.get_model_file(NAME, root=str(tmp_path / "root"))
    assert sorted(os.listdir(tmp_path / "root"))[0] == f"{name}.{kind}.part"
    model_store.get_model_file(NAME, root=str(tmp_path / "root"))
    assert os.listdir(tmp_path / "root") == [f"{name}.params"]
    assert ranges(web)[-1] == "bytes=600000-"


def test_every_mirror_is_named(tmp_path, monkeypatch, web, published):
    data, name = published
    web.files = {f"/gluon/models/{name}.params": data[:-1] + b"?"}
    monkeypatch.setenv("MXNET_GLUON_REPO", f"{tmp_path / 'empty'},{web.url}")
    with pytest.raises(model_store.ModelFileError) as caught:
        vision.squeezenet1_1(pretrained=True, root=str(tmp_path / "root"))
    text = str(caught.value)
    assert f"{name}.params is not in {tmp_path / 'empty'}" in text
    assert f"{web.url}/gluon/models/{name}.params could not be fetched" in text
    assert f"SHA-1 differs: expected {model_store._model_sha1[NAME]}" in text
    assert os.listdir(tmp_path / "root") == []


def idx(array):
    head = struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return gzip.compress(head + array.tobytes(), mtime=0)


@pytest.fixture
def clothes(monkeypatch):
    """A data set of three images: the bytes of its files."""
    pictures = onp.arange(3 * 784, dtype="uint8").reshape(3, 28, 28)
    files = {
        "train-images-idx3-ubyte.gz": idx(pictures),
        "train-labels-idx1-ubyte.gz": idx(onp.arange(3, dtype="uint8")),
    }
    named = tuple((name, hashlib.sha1(data).hexdigest()) for name, data in files.items())
    monkeypatch.setattr(FashionMNIST, "_train_files", named)
    return files


@pytest.mark.parametrize("inside", ["gluon/dataset/fashion-mnist", "fashion-mnist", ""])
def test_data_sets_come_from_a_folder(tmp_path, monkeypatch, clothes, inside):
    place = tmp_path / "mirror" / inside
    place.mkdir(parents=True)
    for name, data in clothes.items():
        (place / name).write_bytes(data)
    monkeypatch.setenv("MXNET_GLUON_REPO", f"{tmp_path / 'none'},{tmp_path / 'mirror'}")
    assert len(FashionMNIST(root=str(tmp_path / "root"))) == 3
    assert sorted(os.listdir(tmp_path / "root")) == sorted(clothes)
    assert sorted(os.listdir(place)) == sorted(clothes)  # copied, not moved


def test_a_data_set_whose_connection_is_cut(tmp_path, monkeypatch, web, clothes):
    web.files = {f"/gluon/dataset/fashion-mnist/{n}": data for n, data in clothes.items()}
    web.cut, web.cuts = 40, 1
    monkeypatch.setenv("MXNET_GLUON_REPO", web.url)
    assert len(FashionMNIST(root=str(tmp_path))) == 3
    assert ranges(web) == [None, "bytes=40-", None]


# ------------------------------------------------------------------------------ Hugging Face
COMMIT = "a" * 40


class Hub(BaseHTTPRequestHandler):
    """Hugging Face's addresses of files: ``{repository: {revision: {path: bytes}}}``."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        """Say nothing."""

    def refuse(self, code):
        self.send_response(404)
        self.send_header("X-Error-Code", code)
        if code == "EntryNotFound":
            self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        web, wanted = self.server, self.headers.get("Range")
        repository, _, rest = self.path.removeprefix("/").partition("/resolve/")
        revision, _, name = rest.partition("/")
        web.asked.append((self.command, self.path, wanted))
        if repository not in web.repositories:
            return self.refuse("RepoNotFound")
        if revision not in web.repositories[repository]:
            return self.refuse("RevisionNotFound")
        data = web.repositories[repository][revision].get(name)
        if data is None:
            return self.refuse("EntryNotFound")
        begin = 0
        if wanted and self.command == "GET":
            begin = int(wanted.removeprefix("bytes=").partition("-")[0])
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {begin}-{len(data) - 1}/{len(data)}")
        else:
            self.send_response(200)
        self.send_header("ETag", f'"{hashlib.sha256(data).hexdigest()}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(data) - begin))
        self.end_headers()
        if self.command == "GET":
            cut = web.cuts > 0
            web.cuts -= cut
            self.wfile.write(data[begin:][: web.cut if cut else None])
            self.close_connection = cut
        return None


@pytest.fixture(scope="module")
def models():
    """Addresses and data of a hub's repositories, with what was asked of it."""
    pytest.importorskip("huggingface_hub", reason="needs the extra [hub]")
    array = onp.arange(200_000, dtype="float32")
    with tempfile.TemporaryDirectory() as folder:
        nd.save(f"{folder}/made", {"x": nd.array(array)})
        data = Path(folder, "made").read_bytes()
    digest = hashlib.sha1(data).hexdigest()
    name = f"{NAME}-{digest[:8]}"
    pictures = {
        "train-images-idx3-ubyte.gz": idx(onp.arange(3 * 784, dtype="uint8").reshape(3, 28, 28)),
        "train-labels-idx1-ubyte.gz": idx(onp.arange(3, dtype="uint8")),
    }
    web = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    web.repositories = {
        "me/models": {"main": {f"gluon/models/{name}.params": data}},
        "me/plain": {"main": {}, "v1": {f"{name}.params": data}},
        "me/zipped": {"main": {f"models/{name}.zip": zipped(data, name)}},
        "me/other": {"main": {f"{name}.params": data[:-1] + b"?"}},
        "me/empty": {"main": {}},
        "datasets/me/sets": {"main": {f"fashion-mnist/{n}": x for n, x in pictures.items()}},
    }
    web.asked, web.cut, web.cuts = [], 300_000, 0
    web.sha1, web.size, web.pictures = digest, len(data), pictures
    thread = threading.Thread(target=web.serve_forever, daemon=True)
    thread.start()
    yield web
    web.shutdown()
    web.server_close()
    thread.join()


# What the hub's client reads from the environment it reads at import: a process of its own.
ASK = """
import json, os, sys, warnings
from mxnet.gluon.data.vision import FashionMNIST
from mxnet.gluon.model_zoo import model_store
from mxnet.error import MXNetError
warnings.simplefilter("error")
sha1, root, repositories, pictures = json.loads(sys.argv[1])
model_store._model_sha1["squeezenet1.1"] = sha1
FashionMNIST._train_files = tuple(pictures.items())
told = {}
for i, repository in enumerate(repositories):
    os.environ["MXNET_GLUON_REPO"] = repository
    try:
        if "me/sets" in repository:
            told[repository] = len(FashionMNIST(root=f"{root}/{i}"))
        else:
            path = model_store.get_model_file("squeezenet1.1", root=f"{root}/{i}")
            told[repository] = os.listdir(f"{root}/{i}")
    except MXNetError as error:
        told[repository] = f"{type(error).__name__}: {error}"
print(json.dumps(told))
"""


def ask(web, folder, *repositories, **env):
    """What each repository gives: names of files in a new folder, or the error."""
    web.asked.clear()
    pictures = {n: hashlib.sha1(x).hexdigest() for n, x in web.pictures.items()}
    given = [web.sha1, tempfile.mkdtemp(dir=folder), repositories, pictures]
    done = prepared.run(
        ["-c", ASK, json.dumps(given)],
        check=True,
        env={
            **os.environ,
            "HF_ENDPOINT": f"http://127.0.0.1:{web.server_port}",
            "HF_HOME": f"{folder}/hub",
            "no_proxy": "127.0.0.1",
            **env,
        },
    )
    return json.loads(done.stdout)


def test_models_and_data_sets_from_the_hub(tmp_path, models):
    """By their own client; later from what it keeps, without a connection too."""
    places = ["hf://me/models", "hf://me/plain@v1", "hf://me/zipped", "hf://datasets/me/sets"]
    there = [f"{NAME}-{models.sha1[:8]}.params"]
    expected = dict(zip(places, [there, there, there, 3]))
    assert ask(models, tmp_path, *places) == expected
    got = [path for method, path, _ in models.asked if method == "GET" and "/resolve/" in path]
    assert len(got) == len(set(got)) == 5
    assert ask(models, tmp_path, *places) == expected
    assert {method for method, path, _ in models.asked if "/resolve/" in path} == {"HEAD"}
    assert ask(models, tmp_path, *places, HF_HUB_OFFLINE="1") == expected
    assert models.asked == []


def test_a_model_of_the_hub_whose_connection_is_cut(tmp_path, models):
    """Their client tries again by itself; if it gives up, the next mirror is asked."""
    models.cuts = 1000
    try:
        told = ask(models, tmp_path, "hf://me/models", f"hf://me/models,{tmp_path}/other")
    finally:
        models.cuts = 0
    first, second = told.values()
    assert re.search(r"\(hf://me/models: .*(received 300000 bytes|ended|closed)", first), first
    assert f"params is not in {tmp_path}/other" in second
    there = [f"{NAME}-{models.sha1[:8]}.params"]
    assert ask(models, tmp_path, "hf://me/models") == {"hf://me/models": there}


def test_what_the_hub_does_not_give(tmp_path, models):
    file = f"{NAME}-{models.sha1[:8]}.params"
    expected = {
        "hf://me/empty": rf"\({file} is not in hf://me/empty\)",
        "hf://me/gone": r"\(hf://me/gone: there is no such model repository, or you may not read",
        "hf://datasets/me/gone": r"hf://datasets/me/gone: there is no such dataset repository",
        "hf://me/plain@v9": r"\(hf://me/plain@v9: there is no revision 'v9'\)",
        "hf://me/other": rf"\({file} from hf://me/other is not the file that was published: "
        rf"expected SHA-1 {models.sha1}\)",
        "hf://no/such/name": r"\(hf://no/such/name: Repo id must be in the form",
    }
    told = ask(models, tmp_path, *expected)
    for repository, message in expected.items():
        assert told[repository].startswith("ModelFileError: The trained parameters of"), told
        assert re.search(message, told[repository]), told[repository]
        assert "Hint: put the file" in told[repository]
    told = ask(models, tmp_path, "hf://me/models", HF_HUB_OFFLINE="1")["hf://me/models"]
    assert f"hf://me/models cannot be reached, and no earlier call has fetched {file}" in told


def test_without_the_client(tmp_path, monkeypatch, published):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    monkeypatch.setenv("MXNET_GLUON_REPO", "hf://me/models")
    with pytest.raises(model_store.ModelFileError, match=r"pip install 'mxnet-xla\[hub\]'"):
        model_store.get_model_file(NAME, root=str(tmp_path / "root"))
