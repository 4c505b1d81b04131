"""The differential on the pages: likeliest first and below the result, from the record, and nothing without one."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest

from core.classifier.card import CARD_FILE
from core.classifier.classifier import Classifier
from core.domain import Upload
from core.settings import Settings
from core.taxonomy import BatchMode, Diagnosis
from dashboard.components.words import percent
from dashboard.workflow.batch_review import load_items
from dashboard.workflow.batches import create_batch, run_batch
from dashboard.workflow.cases import load_case
from dashboard.workflow.intake import TakenIn
from dashboard.workflow.record import Record
from tests.pages.app_driver import App

CLASSIFY = "Classify Skin Lesion"
SEVEN = "untrained-seven"
NAMES = {
    Diagnosis.NEVUS: "Nevus",
    Diagnosis.MELANOMA: "Melanoma",
    Diagnosis.PIGMENTED_BENIGN_KERATOSIS: "Benign keratosis",
    Diagnosis.BASAL_CELL_CARCINOMA: "Basal cell carcinoma",
    Diagnosis.ACTINIC_KERATOSIS: "Actinic keratosis / intraepithelial carcinoma",
    Diagnosis.VASCULAR_LESION: "Vascular lesion",
    Diagnosis.DERMATOFIBROMA: "Dermatofibroma",
}
MARKED = {
    "Melanoma": "malignant",
    "Basal cell carcinoma": "malignant",
    "Actinic keratosis / intraepithelial carcinoma": "malignant or precursor",
}
NOTE = "The 7 kinds that the network was trained to tell apart; this is not a diagnosis, and other kinds exist."
_ROW = re.compile(
    r'<th scope="row">([^<]*?)(?: <small>([^<]*)</small>)?</th>.*?width: ([\d.]+)%.*?<td>([^<]*)</td></tr>'
)


@pytest.fixture
def seven_kinds(weights_root: Path, untrained_differential: Path, environment: pytest.MonkeyPatch) -> Path:
    """The app uses a network with a differential; gives its folder."""
    environment.setenv("LESIONWISE_MODEL", SEVEN)
    return copytree(untrained_differential, weights_root / SEVEN)


def drawn(app: App) -> list[str]:
    return [text for text in app.html if "lw-differential" in text]


def rows_of(app: App) -> list[tuple[str, str, float, str]]:
    """Name, mark, length of the bar in per cent, and the number."""
    [text] = drawn(app)
    return [(name, mark, float(width), number) for name, mark, width, number in _ROW.findall(text)]


def expected_rows(record: Record, case_id: int) -> list[tuple[str, str]]:
    stored = load_case(case_id=case_id, record=record)[0].prediction.differential
    likeliest_first = sorted(stored, key=stored.__getitem__, reverse=True)
    return [(NAMES[kind], percent(stored[kind]).replace("<", "&lt;")) for kind in likeliest_first]


def test_analyse_shows_all_seven_likeliest_first_and_marks_the_malignant_by_word(
    seven_kinds: Path, app: App, picture: bytes, record: Record
) -> None:
    app.open().upload(("shoulder.jpg", picture)).classify().press("Save case")
    rows = rows_of(app)
    assert [(name, number) for name, _, _, number in rows] == expected_rows(record, 1)
    assert {name: mark for name, mark, _, _ in rows if mark} == MARKED
    widths = [width for _, _, width, _ in rows]
    assert widths == sorted(widths, reverse=True)
    assert sum(widths) == pytest.approx(100, abs=0.5)
    assert NOTE in app.text


def test_it_comes_after_result_switches_and_save_button(seven_kinds: Path, app: App, picture: bytes) -> None:
    text = app.open().upload(("shoulder.jpg", picture)).classify().text
    places = [text.index(said) for said in ("malignant probability", "Show heat map", "Save case", "lw-differential")]
    assert places == sorted(places)


def test_a_network_without_one_draws_nothing(app: App, picture: bytes) -> None:
    app.open().upload(("shoulder.jpg", picture)).classify().press("Save case")
    assert drawn(app) == []
    assert drawn(app.open("case", case="1")) == []


def test_a_case_shows_what_is_stored_whatever_became_of_the_network(
    seven_kinds: Path, save: Callable[..., int], app: App, record: Record
) -> None:
    case_id = save()
    before = rows_of(app.open("case", case=str(case_id)))
    assert [(name, number) for name, _, _, number in before] == expected_rows(record, case_id)
    card = json.loads((seven_kinds / CARD_FILE).read_text())
    (seven_kinds / CARD_FILE).write_text(json.dumps(card | {"differential_temperature": 9.0}))
    assert rows_of(App().open("case", case=str(case_id))) == before
    for path in seven_kinds.iterdir():
        path.unlink()
    assert rows_of(App().open("case", case=str(case_id))) == before


def test_a_file_of_a_batch_shows_it_too(
    seven_kinds: Path, settings: Settings, app: App, picture: bytes, record: Record
) -> None:
    taken = [TakenIn(Upload("a.jpg", picture))]
    batch_id = create_batch(name="m", taken=taken, reader="", record=record, mode=BatchMode.TRIAGE)
    run_batch(batch_id=batch_id, classifier=Classifier.load(settings.model_folder), record=record)
    [item] = load_items(batch_id=batch_id, record=record)[1]
    assert len(rows_of(app.open("batch", batch=str(batch_id), item=str(item.item_id)))) == 7


def test_the_model_card_tells_of_the_second_output_where_there_is_one(seven_kinds: Path, app: App) -> None:
    text = app.open("model_card").text
    assert "Second output" in text
    assert "differential of 7 kinds: nevus, melanoma, pigmented benign keratosis" in text
    assert "Second output" not in app.select("Network", "small-net").text
