"""`python -m dashboard batch FOLDER`, with the network that ships."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from core.domain import CaseFilter
from core.imaging.drawn import DrawnLesion, draw_jpeg
from core.settings import PROJECT_ROOT, Settings
from dashboard.__main__ import main
from dashboard.workflow import cases
from dashboard.workflow.practice import change_practice, load_practice
from dashboard.workflow.record import Record, open_record
from db.places import open_place
from tests.dashboard.conftest import NOT_A_PICTURE
from tests.dashboard.conftest import draw as draw_small


def draw(seed: int) -> bytes:
    """A drawn lesion that is large enough for the quality gate."""
    return draw_jpeg(DrawnLesion(width_px=320, height_px=240, seed=seed))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three drawn lesions, a broken one, and a text that is no picture by its name either."""
    folder = tmp_path / "morning"
    folder.mkdir()
    for n in range(3):
        (folder / f"{n}.jpg").write_bytes(draw(n))
    (folder / "broken.jpg").write_bytes(NOT_A_PICTURE)
    (folder / "notes.txt").write_bytes(NOT_A_PICTURE)
    return folder


def names_of(record: Record) -> list[str]:
    page = cases.list_cases(wanted=CaseFilter(), page_size=100, record=record)
    return sorted(page.rows["filename"])


def test_a_folder_becomes_cases_and_a_table(
    folder: Path, record: Record, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    csv = tmp_path / "results.csv"
    assert main(["batch", str(folder), "--csv", str(csv)]) == 0
    assert names_of(record) == ["0.jpg", "1.jpg", "2.jpg"]
    table = pd.read_csv(csv, encoding="utf-8-sig")
    assert dict(zip(table["file"], table["state"], strict=True)) == {
        "0.jpg": "saved",
        "1.jpg": "saved",
        "2.jpg": "saved",
        "broken.jpg": "rejected",
    }
    assert "3 new cases, 3 in all, 1 files without a score" in capsys.readouterr().out


def test_a_second_run_doubles_nothing_and_takes_what_is_new(
    folder: Path, record: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        assert main(["batch", str(folder)]) == 0
    assert names_of(record) == ["0.jpg", "1.jpg", "2.jpg"]
    (folder / "3.jpg").write_bytes(draw(3))
    assert main(["batch", str(folder)]) == 0
    assert names_of(record) == ["0.jpg", "1.jpg", "2.jpg", "3.jpg"]
    said = capsys.readouterr().out.splitlines()
    assert [line.split(" (")[0] for line in said] == [
        "3 new cases, 3 in all, 1 files without a score",
        "0 new cases, 3 in all, 1 files without a score",
        "1 new cases, 4 in all, 1 files without a score",
    ]


def test_what_a_gate_holds_back_is_no_case_until_there_is_a_reason(
    folder: Path, record: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "small.jpg").write_bytes(draw_small())
    assert main(["batch", str(folder)]) == 0
    assert "small.jpg" not in names_of(record)
    assert main(["batch", str(folder), "--override", "only picture there is"]) == 0
    assert "small.jpg" in names_of(record)
    said = capsys.readouterr().out.splitlines()
    assert [line.split(" (")[0] for line in said] == [
        "3 new cases, 3 in all, 2 files without a score",
        "1 new cases, 4 in all, 1 files without a score",
    ]


def test_the_folder_itself_is_left_as_it_was(folder: Path, settings: Settings) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert main(["batch", str(folder)]) == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_folder_elsewhere_becomes_cases_and_a_second_run_takes_what_is_new(
    folder: Path, record: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    address = f"memory://{folder.name}"
    elsewhere = open_place(address)
    for name in ("0.jpg", "broken.jpg", "notes.txt"):
        elsewhere.write(name, (folder / name).read_bytes())
    assert main(["batch", address]) == 0
    assert "1 new cases, 1 in all, 1 files without a score" in capsys.readouterr().out
    elsewhere.write("1.jpg", (folder / "1.jpg").read_bytes())
    assert main(["batch", f"{address}/"]) == 0
    assert "1 new cases, 2 in all, 1 files without a score" in capsys.readouterr().out
    assert names_of(record) == ["0.jpg", "1.jpg"]


@pytest.mark.parametrize(
    ("address", "said"),
    [("memory://nothing-here", "or no picture in it"), ("nosuch://scheme", "cannot be kept under nosuch://")],
)
def test_an_address_without_pictures_is_told(
    address: str, said: str, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["batch", address]) == 2
    assert said in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_told(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["batch", "/no/such/folder"]) == 2
    assert "There is no folder /no/such/folder." in capsys.readouterr().err


def test_without_weights_the_reason_and_the_next_step_are_told(
    folder: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LESIONWISE_MODEL", "none")
    assert main(["batch", str(folder)]) == 2
    said = capsys.readouterr().err
    assert "not installed" in said
    assert "make train" in said


def test_a_home_that_is_a_file_is_told(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("LESIONWISE_HOME", str(tmp_path / "file"))
    assert main(["batch", str(folder)]) == 2
    assert "is a file, not a folder" in capsys.readouterr().err


def test_the_command_as_a_user_types_it(folder: Path, tmp_path: Path) -> None:
    home = tmp_path / "other home"
    command = [sys.executable, "-m", "dashboard", "batch", str(folder), "--csv", str(tmp_path / "out.csv")]
    environment = os.environ | {"LESIONWISE_HOME": str(home)}
    done = subprocess.run(command, cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("3 new cases")
    assert "Traceback" not in done.stderr
    assert len(pd.read_csv(tmp_path / "out.csv", encoding="utf-8-sig")) == 4
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LESIONWISE_HOME", str(home))
        assert names_of(open_record(Settings.from_environment())) == ["0.jpg", "1.jpg", "2.jpg"]


def test_the_network_that_the_practice_chose_scores_a_folder(
    folder: Path, record: Record, untrained_cnn: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LESIONWISE_WEIGHTS", str(untrained_cnn.parent))
    settings = Settings.from_environment()
    practice = load_practice(record=record, settings=settings)
    chosen = replace(practice, model=untrained_cnn.name)
    change_practice(practice=chosen, who="dr a", record=record, settings=settings)
    csv = tmp_path / "results.csv"
    assert main(["batch", str(folder), "--csv", str(csv), "--override", "only pictures there are"]) == 0
    assert set(pd.read_csv(csv, encoding="utf-8-sig")["model_name"].dropna()) == {untrained_cnn.name}
