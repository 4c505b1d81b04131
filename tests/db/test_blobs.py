import errno
import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import RecordNotFound, StorageFailed, StorageFull, StorageReadOnly
from db.blobs import BlobStore


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "images")


def files(store: BlobStore, sha256: str) -> list[Path]:
    return list(store.path(sha256).parent.iterdir())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(content=st.binary(max_size=200))
def test_what_is_put_in_comes_out(store: BlobStore, content: bytes) -> None:
    sha256 = store.put(content)
    assert sha256 == hashlib.sha256(content).hexdigest()
    assert store.open(sha256) == content


def test_the_file_lies_under_the_first_two_digits(store: BlobStore, tmp_path: Path) -> None:
    sha256 = store.put(b"picture")
    assert store.path(sha256) == tmp_path / "images" / sha256[:2] / sha256[2:]
    assert files(store, sha256) == [store.path(sha256)]


def test_the_same_content_is_not_written_again(store: BlobStore) -> None:
    path = store.path(store.put(b"picture"))
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


def test_a_picture_that_changed_on_the_disk_is_not_shown(store: BlobStore) -> None:
    sha256 = store.put(b"picture")
    store.path(sha256).write_bytes(b"pixture")
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
    store: BlobStore, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[StorageFailed]
) -> None:
    def fail(_: int) -> None:
        raise OSError(number, "as the system says it")

    monkeypatch.setattr("db.blobs.os.fsync", fail)
    with pytest.raises(kind):
        store.put(b"picture")
    assert files(store, hashlib.sha256(b"picture").hexdigest()) == []
