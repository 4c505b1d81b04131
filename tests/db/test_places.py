"""Places for files: a folder, an address in memory, and a bucket of a server that speaks S3."""

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.errors import StorageFailed, StorageReadOnly, StorageUnreachable
from core.settings import PROJECT_ROOT
from db.places import Address, Place, open_place

BUCKET = "practice"
KEYS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}
HOUR = timedelta(hours=1)


def moto_python() -> Path | None:
    """A Python with moto, of an environment of its own: what it brings along would change the pins."""
    said = os.environ.get("LESIONWISE_MOTO")
    found = Path(said) if said else PROJECT_ROOT / ".venv-moto" / "bin" / "python"
    return found if found.is_file() else None


@pytest.fixture(scope="module")
def s3_server() -> Iterator[str]:
    """The address of moto's server, with one empty bucket."""
    python = moto_python()
    if python is None:
        pytest.skip("no moto here: `python3 install.py moto` makes .venv-moto, or LESIONWISE_MOTO names a Python")
    url = f"http://127.0.0.1:{_free_port()}"
    command = [str(python), "-m", "moto.server", "-p", url.rpartition(":")[2]]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while not _makes_bucket(url):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield url
        process.terminate()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _makes_bucket(url: str) -> bool:
    try:
        urllib.request.urlopen(urllib.request.Request(f"{url}/{BUCKET}", method="PUT"), timeout=10).close()
    except OSError:
        return False
    return True


@pytest.fixture(params=["folder", "memory", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    if request.param == "folder":
        return open_place(str(tmp_path), "images")
    if request.param == "memory":
        return open_place(f"memory://{tmp_path.name}", "images")
    use_s3(monkeypatch, request.getfixturevalue("s3_server"))
    return open_place(f"s3://{BUCKET}/{tmp_path.name}", "images")


def use_s3(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    for name, value in (KEYS | {"AWS_ENDPOINT_URL": url, "AWS_ALLOW_HTTP": "true"}).items():
        monkeypatch.setenv(name, value)


def test_what_is_written_is_read_and_listed(place: Place) -> None:
    assert place.names() == []
    place.write("a.jpg", b"first")
    place.write("a.jpg", b"second")
    place.write("ab/c.jpg", b"below")
    assert (place.read("a.jpg"), place.read("ab/c.jpg")) == (b"second", b"below")
    assert (place.has("a.jpg"), place.has("ab/c.jpg"), place.has("b.jpg")) == (True, True, False)
    assert place.names() == ["a.jpg"]


def test_what_is_removed_is_gone_and_may_be_removed_again(place: Place) -> None:
    place.write("a.jpg", b"picture")
    place.remove("a.jpg")
    place.remove("a.jpg")
    assert not place.has("a.jpg")
    with pytest.raises(FileNotFoundError):
        place.read("a.jpg")


def test_files_are_told_by_when_they_were_written(place: Place) -> None:
    place.write("a.jpg", b"picture")
    now = datetime.now(UTC)
    assert place.names(before=now - HOUR) == []
    assert place.names(before=now + HOUR) == ["a.jpg"]


def test_a_server_that_does_not_answer_is_told_and_is_no_missing_file(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("obstore")
    use_s3(monkeypatch, "http://127.0.0.1:9")
    place = open_place(f"s3://{BUCKET}", "images")
    with pytest.raises(StorageUnreachable, match="does not answer"):
        place.has("a.jpg")


def test_a_folder_may_be_named_as_an_address(tmp_path: Path) -> None:
    open_place(f"file://{tmp_path}", "images").write("a.jpg", b"picture")
    assert (tmp_path / "images" / "a.jpg").read_bytes() == b"picture"


def test_an_address_that_nothing_here_understands_is_told() -> None:
    with pytest.raises(StorageFailed, match="nowhere://") as caught:
        open_place("nowhere://practice", "images")
    assert "LESIONWISE_PICTURES" in caught.value.next_step


def test_the_system_s_own_errors_are_told_at_an_address_too(monkeypatch: pytest.MonkeyPatch) -> None:
    place = Address("memory://practice/images")

    def refuse(*_: Any, **__: Any) -> None:  # noqa: ANN401
        raise PermissionError(13, "denied")

    monkeypatch.setattr(place, "_files", type("Files", (), {"info": staticmethod(refuse)}))
    with pytest.raises(StorageReadOnly):
        place.has("a.jpg")
