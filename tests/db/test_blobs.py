import errno
import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import RecordNotFound, StorageFailed, StorageFull, StorageReadOnly
from db.blobs import BlobStore
from db.places import Folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "images"


@pytest.fixture
def store(root: Path) -> BlobStore:
    return BlobStore(Folder(root))


def files(root: Path) -> list[str]:
    return [path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(content=st.binary(max_size=200))
def test_what_is_put_in_comes_out(store: BlobStore, content: bytes) -> None:
    sha256 = store.put(content)
    assert sha256 == hashlib.sha256(content).hexdigest()
    assert store.open(sha256) == content


def test_the_file_lies_under_the_first_two_digits(store: BlobStore, root: Path) -> None:
    sha256 = store.put(b"picture")
    assert files(root) == [f"{sha256[:2]}/{sha256[2:]}"]


def test_the_same_content_is_not_written_again(store: BlobStore, root: Path) -> None:
    store.put(b"picture")
    path = root / files(root)[0]
    before = path.stat()
    store.put(b"picture")
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_picture_that_is_not_there_is_told(store: BlobStore) -> None:
    with pytest.raises(RecordNotFound, match="not in the data folder"):
        store.open("ab" * 32)


@pytest.mark.parametrize("name", ["", "abc", "../../etc/passwd", "AB" * 32, "ab" * 32 + "\n", "../" + "a" * 61])
def test_a_name_that_is_no_sha256_leads_nowhere(store: BlobStore, name: str) -> None:
    with pytest.raises(RecordNotFound, match="SHA-256"):
        store.open(name)


def test_a_picture_that_changed_on_the_disk_is_not_shown(store: BlobStore, root: Path) -> None:
    sha256 = store.put(b"picture")
    (root / files(root)[0]).write_bytes(b"pixture")
    with pytest.raises(StorageFailed, match="changed on the disk"):
        store.open(sha256)


def test_a_removed_picture_is_gone_and_may_be_removed_again(store: BlobStore) -> None:
    sha256 = store.put(b"staged")
    store.remove(sha256)
    store.remove(sha256)
    with pytest.raises(RecordNotFound):
        store.open(sha256)


@pytest.mark.parametrize(("number", "kind"), [(errno.ENOSPC, StorageFull), (errno.EROFS, StorageReadOnly)])
def test_a_failed_write_is_told_and_leaves_no_half_file(
    store: BlobStore, root: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[StorageFailed]
) -> None:
    def fail(_: int) -> None:
        raise OSError(number, "as the system says it")

    monkeypatch.setattr("db.places.os.fsync", fail)
    with pytest.raises(kind):
        store.put(b"picture")
    assert files(root) == []
