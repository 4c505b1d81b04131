"""`python -m core.classifier`: one JSON array on stdout, in the order given, whatever becomes of the files."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.classifier.__main__ import main
from core.classifier.classifier import Classifier
from core.imaging.decode import decode
from core.imaging.drawn import DrawnLesion, draw_jpeg
from core.settings import PROJECT_ROOT


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Two good ones around a broken one; the names are not in alphabetical order."""
    names = ("z.jpg", "broken.jpg", "a ü.jpg")
    contents = [draw_jpeg(DrawnLesion(300, 200, seed=1)), b"no picture", draw_jpeg(DrawnLesion(240, 180, seed=2))]
    for name, content in zip(names, contents, strict=True):
        (tmp_path / name).write_bytes(content)
    return [tmp_path / name for name in names]


def run(folder: Path, *arguments: str | Path) -> int:
    return main(["--weights", str(folder), *map(str, arguments)])


def test_json_has_one_object_per_file_in_the_order_given(
    untrained_cnn: Path, files: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(untrained_cnn, "--json", *files) == 2
    out, err = capsys.readouterr()
    rows = json.loads(out)
    assert [row["file"] for row in rows] == [str(file) for file in files]
    assert rows[1] == {"file": str(files[1]), "error": rows[1]["error"]}
    assert "not a picture" in rows[1]["error"]
    assert str(files[1]) in err
    classifier = Classifier.load(untrained_cnn)
    for n in (0, 2):
        expected = classifier.predict(decode(files[n].read_bytes()))
        checks = {"quality", "scope", "artefacts", "outline", "heat"}
        assert set(rows[n]) == {"file", "malignant_probability", "band", "operating_threshold", "model", *checks}
        assert rows[n]["quality"]["accepted"]
        assert rows[n]["malignant_probability"] == pytest.approx(expected.malignant_probability, abs=1e-6)
        assert rows[n]["band"] == expected.band
        assert rows[n]["operating_threshold"] == 0.5
        assert rows[n]["model"] == {
            "name": "untrained-cnn",
            "version": "2026.01.01",
            "weights_sha256": classifier.card.weights_sha256,
        }


def test_a_gated_picture_has_no_probability_unless_it_is_overridden(
    untrained_cnn: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("RGB", (300, 200), (255, 255, 255)).save(tmp_path / "white.png")
    assert run(untrained_cnn, "--json", tmp_path / "white.png") == 2
    [gated] = json.loads(capsys.readouterr().out)
    assert "malignant_probability" not in gated
    assert gated["quality"]["accepted"] is False
    assert any("over-exposed" in reason for reason in gated["quality"]["reasons"])
    assert run(untrained_cnn, "--json", "--override", tmp_path / "white.png") == 0
    [overridden] = json.loads(capsys.readouterr().out)
    assert 0 <= overridden["malignant_probability"] <= 1
    assert overridden["quality"]["accepted"] is False
    assert overridden["override_reason"]


def test_exit_is_0_when_all_were_scored(
    untrained_cnn: Path, files: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(untrained_cnn, files[0], files[2]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[0] for line in lines] == [str(files[0]), str(files[2])]
    assert all("malignant probability" in line for line in lines)


def test_a_file_that_is_not_there_and_a_folder_are_rejected_and_the_others_scored(
    untrained_cnn: Path, files: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(untrained_cnn, "--json", files[0].parent / "gone.jpg", files[0].parent, files[0], files[0]) == 2
    rows = json.loads(capsys.readouterr().out)
    assert ["error" in row for row in rows] == [True, True, False, False]
    assert "cannot be read" in rows[0]["error"]
    assert rows[2] == rows[3]


def test_heat_maps_are_named_by_position_and_stem(
    untrained_cnn: Path, files: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(untrained_cnn, "--json", "--heatmap", tmp_path / "new" / "maps", *files) == 2
    json.loads(capsys.readouterr().out)
    assert {path.name for path in (tmp_path / "new" / "maps").iterdir()} == {"0_z.png", "2_a ü.png"}
    with Image.open(tmp_path / "new" / "maps" / "0_z.png") as drawn:
        assert drawn.size == (300, 200)
        assert not np.array_equal(np.asarray(drawn), decode(files[0].read_bytes()).pixels)


def test_weights_that_cannot_be_used_are_told_on_stderr(
    files: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path / "nowhere", "--json", files[0]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "'nowhere' is not installed" in err
    assert "weights/" in err


def test_the_command_itself_with_the_shipped_network(files: list[Path], shipped: Classifier) -> None:
    """One real process, with a console that knows no umlaut."""
    command = [sys.executable, "-m", "core.classifier", "--json", *map(str, files)]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, cwd=PROJECT_ROOT, env=environment, capture_output=True, timeout=120, check=False)
    rows = json.loads(done.stdout)
    assert done.returncode == 2, done.stderr
    assert [row["file"] for row in rows] == [str(file) for file in files]
    expected = shipped.predict(decode(files[0].read_bytes())).malignant_probability
    assert rows[0]["malignant_probability"] == pytest.approx(expected, abs=1e-5)
    assert rows[0]["model"]["name"] == shipped.card.name
