"""The data audit on the performance page: findings first, counted tables, pairs with their pictures."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from core.data.audit import audit_images
from core.data.audit_file import AUDIT_FILE, write_audit
from core.data.audit_parts import read_parts
from core.data.audit_result import Audit, Pair, PairCount, PairKind, PairsOfKind, Picture, Tally
from core.data.turn import Turn
from tests.pages.app_driver import App

SECTION = "Data audit"
PAIRS_AT_ONCE = 12


@pytest.fixture(scope="session")
def audit(drawn_data: Path) -> Audit:
    """The audit of the drawn set: no copies, two lesions on both sides of the split."""
    return audit_images(parts=read_parts(drawn_data), app_version="9.9")


@pytest.fixture
def installed(audit: Audit, weights_root: Path) -> Path:
    return write_audit(audit, weights_root / AUDIT_FILE)


def with_many_copies(audit: Audit, n: int) -> Audit:
    pairs = tuple(
        Pair(
            Picture("train", "benign/00.png", False, None, "Nevus"),
            Picture("test", f"benign/{i % 24:02}.png", False, "L<1>", "Nevus"),
            float(i),
            Turn.LEFT_RIGHT,
        )
        for i in range(n)
    )
    count = PairCount(("train", "test"), n + 50, 0, 3, 0, (Tally(1, 0), Tally(n, 0)))
    return replace(audit, pairs=(PairsOfKind(PairKind.NEAR_DUPLICATE, (count,), n + 50, pairs),))


def in_one_line(name: str) -> str:
    """As the card of a pair says a name: cut where it is too long, and whole on hover."""
    return f'title="{name}">{name}</div>'


def open_audit(app: App) -> App:
    return app.open("performance").choose("section", SECTION)


def test_without_an_audit_the_command_is_said(app: App) -> None:
    assert "No data audit is installed. `python -m core.data audit" in open_audit(app).text
    assert not app.test.get("image")


def test_findings_come_before_the_tables_and_these_before_the_pairs(app: App, installed: Path) -> None:
    text = open_audit(app).text
    places = [
        "The source predicts the label in train + test",
        "Share malignant",
        "Always the commoner",
        "Pairs to look",
    ]
    assert [text.index(place) for place in places] == sorted(text.index(place) for place in places)
    assert "2 lesions lie on both sides of train and test: 2 images (1 malignant, 1 benign) of test" in text
    assert "of 28 benign images 28 come from HAM10000, of 28 malignant ones 14" in text
    assert "of the last part" in text


def test_it_says_of_which_files_it_is_and_that_counts_have_no_interval(app: App, installed: Path, audit: Audit) -> None:
    text = open_audit(app).text
    assert "by Lesionwise 9.9 of the file lists" in text
    assert all(part.file_list_sha256[:12] in text for part in audit.parts)
    assert "No network was asked for neighbours" in text


def test_pairs_come_without_pictures_where_no_data_folder_is_given(app: App, installed: Path) -> None:
    text = open_audit(app).text
    assert "LESIONWISE_DATA" in text
    assert in_one_line("train") in text and in_one_line("benign/00.png") in text
    assert not app.test.get("image")


def test_pairs_have_their_pictures_side_by_side_where_the_folder_is_given(
    app: App, installed: Path, environment: pytest.MonkeyPatch, drawn_data: Path
) -> None:
    environment.setenv("LESIONWISE_DATA", str(drawn_data))
    text = open_audit(app).text
    assert len(app.test.get("image")) == 4
    assert "another list of files" not in text
    assert "of 256 bits apart" in text


def test_another_folder_is_said_and_only_pictures_of_the_same_name_and_label_are_shown(
    app: App, installed: Path, environment: pytest.MonkeyPatch, drawn_data: Path, tmp_path: Path
) -> None:
    other = shutil.copytree(drawn_data, tmp_path / "other")
    (other / "train/benign/00.png").unlink()
    (other / "test/benign/00.png").write_bytes(b"broken")
    environment.setenv("LESIONWISE_DATA", str(other))
    text = open_audit(app).text
    assert "another list of files than the one audited" in text
    assert "This picture cannot be read." in text
    assert len(app.test.get("image")) == 2


def test_a_folder_of_another_kind_is_said_and_the_list_stays(
    app: App, installed: Path, environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment.setenv("LESIONWISE_DATA", str(tmp_path))
    text = open_audit(app).text
    assert "No pictures:" in text
    assert in_one_line("train") in text and in_one_line("benign/00.png") in text


def test_many_pairs_come_a_dozen_at_a_time_with_the_total(app: App, audit: Audit, weights_root: Path) -> None:
    write_audit(with_many_copies(audit, 20), weights_root / AUDIT_FILE)
    text = open_audit(app).text
    assert "first 20 of 70 pairs" in text
    assert text.count("of 256 bits apart, one flipped") == PAIRS_AT_ONCE
    assert "0 of 256 bits apart, one flipped left to right" in text
    app.select("Pairs", "13 to 20")
    assert app.text.count("of 256 bits apart, one flipped") == 20 - PAIRS_AT_ONCE
    assert "19 of 256 bits apart" in app.text


def test_kinds_are_chosen_with_their_number(app: App, installed: Path, audit: Audit, weights_root: Path) -> None:
    both = replace(audit, pairs=(*with_many_copies(audit, 1).pairs, *audit.pairs))
    write_audit(both, weights_root / AUDIT_FILE)
    assert in_one_line("test") in open_audit(app).text
    app.choose("audit-kind", PairKind.SAME_LESION)
    assert "malignant/00.png" in app.text


def test_no_pair_to_look_at_is_said(app: App, audit: Audit, weights_root: Path) -> None:
    write_audit(replace(audit, pairs=(), source=(), clinical=()), weights_root / AUDIT_FILE)
    text = open_audit(app).text
    assert "lists no pair of images to look at" in text
    assert "Always the commoner" not in text


def test_a_broken_audit_is_told_with_the_next_step(app: App, weights_root: Path) -> None:
    (weights_root / AUDIT_FILE).write_text("{", encoding="utf-8")
    assert "python -m core.data audit" in "\n".join(open_audit(app).errors)
