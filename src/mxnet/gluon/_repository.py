"""Where published files are looked for: the mirrors that ``MXNET_GLUON_REPO`` names.

A mirror is a folder, an address, or ``hf://owner/name`` for a repository of Hugging Face's
(``hf://datasets/owner/name``, with ``@revision`` where it is not the newest). Several are separated
by commas and asked in this order.
"""

import os
import shutil
import tempfile
import urllib.parse

from .. import _config
from .._archive import extract_member
from ..error import MXNetError
from .utils import DownloadError, check_sha1, download, replace_file

__all__ = ["fetch", "mirrors"]


def mirrors():
    """The mirrors, in the order in which they are asked."""
    # as in 1.x, the environment counts as it is now, not as it was at import
    text = os.environ.get("MXNET_GLUON_REPO") or _config.get("gluon_repo") or ""
    return [m for m in map(str.strip, text.split(",")) if m]


def fetch(path, folders, sha1, default=None):
    """Put a published file at ``path``, from the first mirror that has it as it was published.

    Parameters
    ----------
    path : str             where it goes; its name is the one it is looked for by, itself or inside
        of a zip archive of that name
    folders : list of str  of a mirror that it may lie in; the first is the one of MXNet's own
    sha1 : str             its SHA-1 (hexadecimal)
    default : str, optional   asked if there are no mirrors

    Returns
    -------
    list of str    empty, or why each of the mirrors did not give it
    """
    root, name = os.path.split(path)
    reasons = []
    for mirror in mirrors() or ([default] if default else []):
        os.makedirs(root, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=root) as scratch:
            try:
                found = _ask(mirror, folders, name, path, sha1, scratch)
                if found == path:
                    return []
                if found.endswith(".zip") and not name.endswith(".zip"):
                    target = os.path.join(scratch, name)
                    extract_member(found, name, target)
                    found = target
                if check_sha1(found, sha1):
                    replace_file(found, path)
                    return []
                reasons.append(
                    f"{name} from {mirror} is not the file that was published: expected SHA-1 "
                    f"{sha1}"
                )
            except (MXNetError, OSError) as error:
                reasons.append(str(error).rstrip("."))
    return reasons


def _ask(mirror, folders, name, path, sha1, scratch):
    """The path of what a mirror has: ``path``, or a file that has not been read."""
    names = [name] if name.endswith(".gz") else [os.path.splitext(name)[0] + ".zip", name]
    parts = urllib.parse.urlsplit(mirror)
    if parts.scheme == "hf":
        return _from_hub(mirror.removeprefix("hf://"), folders, names, scratch)
    if parts.scheme in ("http", "https"):
        return _from_address(mirror.rstrip("/"), folders[0], names, path, sha1, scratch)
    folder = urllib.parse.unquote(parts.path) if parts.scheme == "file" else mirror
    for inside in folders:
        for each in reversed(names):
            found = os.path.join(os.path.expanduser(folder), inside, each)
            if os.path.exists(found):
                target = os.path.join(scratch, "copy" + os.path.splitext(each)[1])
                shutil.copyfile(found, target)
                return target
    raise DownloadError(f"{name} is not in {mirror}")


def _from_address(address, folder, names, path, sha1, scratch):
    for each in names:
        url = f"{address}/{folder}/{each}"
        last = each == names[-1]
        try:
            if each == os.path.basename(path):
                return download(url, path, sha1_hash=sha1, retries=1)
            # beside its place, where a later call finds what has come
            found = download(url, os.path.join(os.path.dirname(path), each), retries=1)
            target = os.path.join(scratch, each)
            replace_file(found, target)
            return target
        except DownloadError as error:
            if last or error.code != 404:
                raise
    raise DownloadError(f"{address} has no file to ask for")


def _from_hub(repository, folders, names, scratch):
    """A file of a repository of Hugging Face's, by their client: it resumes, keeps and logs in."""
    try:
        import huggingface_hub as hub
        from huggingface_hub import errors
    except ImportError:
        raise DownloadError(
            f"hf://{repository} needs the package huggingface_hub. Hint: pip install "
            "'mxnet-xla[hub]'."
        ) from None
    kind = next((k for k in ("dataset", "model") if repository.startswith(f"{k}s/")), "model")
    owner_and_name, _, revision = repository.removeprefix(f"{kind}s/").partition("@")
    unconnected = None
    for inside in [f"{folder}/{n}".lstrip("/") for folder in folders for n in reversed(names)]:
        try:
            found = hub.hf_hub_download(
                owner_and_name,
                inside,
                repo_type=kind,
                revision=revision or None,
                local_files_only=unconnected is not None,
            )
        except errors.LocalEntryNotFoundError as error:
            unconnected = error  # what was fetched once may lie under another name
            continue
        except errors.EntryNotFoundError:
            continue
        except errors.RevisionNotFoundError as error:
            raise DownloadError(f"hf://{repository}: there is no revision {revision!r}") from error
        except errors.RepositoryNotFoundError as error:  # which is also what strangers are told
            raise DownloadError(
                f"hf://{repository}: there is no such {kind} repository, or you may not read it "
                "(a private one needs HF_TOKEN, or 'hf auth login')"
            ) from error
        except Exception as error:  # their HTTP library has its own
            text = str(error).strip().partition("\n")[0] or type(error).__name__
            raise DownloadError(f"hf://{repository}: {text}") from error
        target = os.path.join(scratch, "copy" + os.path.splitext(inside)[1])
        shutil.copyfile(found, target)
        return target
    if unconnected is not None:
        raise DownloadError(
            f"hf://{repository} cannot be reached, and no earlier call has fetched {names[-1]}"
        ) from unconnected
    raise DownloadError(f"{names[-1]} is not in hf://{repository}")
