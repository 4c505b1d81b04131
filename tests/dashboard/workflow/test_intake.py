import io
import struct
import zipfile

import pytest

from core.domain import Upload
from core.imaging.decode import MAX_BYTES
from dashboard.workflow import intake
from dashboard.workflow.intake import TakenIn, is_zip, take_in
from tests.dashboard.conftest import draw


def pack(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def take_zip(content: bytes) -> list[TakenIn]:
    return take_in([Upload("morning.zip", content)])


def test_loose_files_pass_as_they_are() -> None:
    uploads = [Upload("a.jpg", draw()), Upload("b.txt", b"text")]
    assert take_in(uploads) == [TakenIn(upload) for upload in uploads]


def test_a_zip_is_unpacked_among_loose_files() -> None:
    taken = take_in([Upload("a.jpg", b"1"), Upload("m.zip", pack({"b.jpg": b"2", "c.jpg": b"3"}))])
    assert [(item.upload.filename, item.upload.content) for item in taken] == [
        ("a.jpg", b"1"),
        ("b.jpg", b"2"),
        ("c.jpg", b"3"),
    ]


def test_a_zip_is_known_by_its_bytes_too() -> None:
    assert is_zip(Upload("pictures", pack({"a.jpg": b"1"})))
    assert not is_zip(Upload("a.jpg", draw()))


def test_folders_in_a_zip_are_opened_and_what_systems_add_is_left_out() -> None:
    names = ["room 1/a.jpg", "room 1/x/b.jpg", "__MACOSX/room 1/._a.jpg", "room 1/.DS_Store", "room 1/Thumbs.db"]
    taken = take_zip(pack(dict.fromkeys(names, b"1") | {"empty/": b""}))
    assert [item.upload.filename for item in taken] == ["room 1/a.jpg", "room 1/x/b.jpg"]


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_member_is_told_and_the_others_are_taken(compression: int) -> None:
    files = {"a.jpg": draw(1), "b.jpg": draw(2), "c.jpg": draw(3)}
    content = bytearray(pack(files, compression))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        start = archive.getinfo("b.jpg").header_offset
        size = archive.getinfo("b.jpg").compress_size
    first = start + 30 + len("b.jpg")
    content[first + 20 : first + size - 20] = bytes([0xA5]) * (size - 40)
    taken = take_zip(bytes(content))
    assert [item.upload.content for item in taken] == [files["a.jpg"], b"", files["c.jpg"]]
    assert taken[1].rejection.startswith("This file in the ZIP cannot be unpacked")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no archive at all", pack({"a.jpg": draw()})[:-30]])
def test_what_is_no_zip_is_told(content: bytes) -> None:
    (only,) = take_zip(content)
    assert only.rejection.startswith("This ZIP file cannot be opened")
    assert only.upload == Upload("morning.zip", b"")


def test_a_zip_without_files_is_told() -> None:
    assert take_zip(pack({"empty/": b""}))[0].rejection == "This ZIP file holds no files."


def test_a_zip_with_too_many_files_is_refused_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MAX_FILES", 3)
    (only,) = take_zip(pack({f"{n}.jpg": b"1" for n in range(4)}))
    assert only.rejection == "This ZIP file holds 4 files; the limit is 3."


def test_a_zip_that_unpacks_to_too_much_is_refused_unopened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MAX_UNPACKED_BYTES", 2**20)
    (only,) = take_zip(pack({f"{n}.jpg": bytes(2**19) for n in range(3)}))
    assert "unpacks to more than" in only.rejection


def test_a_small_member_that_announces_too_much_is_refused_unopened() -> None:
    taken = take_zip(pack({"bomb.jpg": bytes(MAX_BYTES + 1), "a.jpg": draw()}))
    assert "limit is 64 MB" in taken[0].rejection
    assert taken[0].upload.content == b""
    assert taken[1] == TakenIn(Upload("a.jpg", draw()))


def test_a_member_that_is_larger_than_it_says_is_not_unpacked_further() -> None:
    content = pack({"liar.jpg": bytes(4 * 2**20)})
    honest, lie = struct.pack("<I", 4 * 2**20), struct.pack("<I", 1000)
    (only,) = take_zip(content.replace(honest, lie))
    assert only.rejection
    assert only.upload.content == b""


def test_an_encrypted_member_is_told() -> None:
    content = bytearray(pack({"a.jpg": draw()}))
    content[6] |= 1  # the flag in the file's own header, then in the archive's directory
    content[content.index(b"PK\x01\x02") + 8] |= 1
    (only,) = take_zip(bytes(content))
    assert only.rejection.startswith("This file in the ZIP cannot be unpacked")
    assert "encrypted" in only.rejection


def test_an_unreadable_name_or_a_newer_version_of_zip_is_told() -> None:
    newer = bytearray(pack({"a.jpg": draw()}))
    newer[newer.index(b"PK\x01\x02") + 6] = 99
    nameless = bytearray(pack({"ä.jpg": draw()}))
    nameless[nameless.index(b"PK\x01\x02") + 46] = 0xFF
    for content in (newer, nameless):
        assert take_zip(bytes(content))[0].rejection
