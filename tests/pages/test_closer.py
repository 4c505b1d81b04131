"""What can be asked about a result: nothing is there until it is asked for, and no answer says whose a case is."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.domain import ConfirmedDiagnosis
from core.imaging.drawn import DrawnLesion, draw_jpeg
from core.taxonomy import ConfirmType, Diagnosis
from dashboard.workflow.cases import confirm_diagnosis
from dashboard.workflow.record import Record
from tests.pages.app_driver import App

ASKED = {"influence": "What would change it", "similar": "Similar confirmed cases", "map": "Is the heat map sound?"}


def drawn(seed: int) -> bytes:
    return draw_jpeg(DrawnLesion(width_px=240, height_px=180, irregularity=0.3, seed=seed))


@pytest.fixture
def confirm(record: Record) -> Callable[[int], None]:
    def add(case_id: int) -> None:
        at = datetime(2026, 3, 2, tzinfo=UTC)
        found = ConfirmedDiagnosis(
            Diagnosis.MELANOMA, True, ConfirmType.HISTOPATHOLOGY, None, "text of pathology", "dr b", at
        )
        confirm_diagnosis(case_id=case_id, diagnosis=found, record=record)

    return add


def test_nothing_is_asked_at_first(app: App, save: Callable[..., int]) -> None:
    app.open("case", case=str(save()))
    assert app.charts == {}
    assert "Confirmed cases of this practice" not in app.text
    assert "Deletion" not in app.text


def test_what_would_change_it_is_a_chart_with_a_verdict(app: App, save: Callable[..., int]) -> None:
    app.open("case", case=str(save())).choose("closer-case-1", ASKED["influence"])
    figure = app.charts["chart-influence-case-1"]
    title = figure["layout"]["title"]["text"]
    assert title == "This result is stable" or title.startswith("This result depends on ")
    assert [trace["type"] for trace in figure["data"]] == ["scatter", "scatter", "scatter", "bar"]


def test_similar_cases_are_told_without_whose_they_are(
    app: App, save: Callable[..., int], confirm: Callable[[int], None]
) -> None:
    own = save(content=drawn(1), pseudonym="P-1", lesion_label="L1")
    words = {"pseudonym": "SECRET-7", "lesion_label": "HIDDEN", "filename": "whose.jpg", "notes": "itches at night"}
    confirm(save(content=drawn(2), **words))
    app.open("case", case=str(own)).choose(f"closer-case-{own}", ASKED["similar"])
    assert "Melanoma (malignant)" in app.text
    assert "histopathology" in app.text
    assert "distance 0." in app.text
    for word in ("SECRET-7", "HIDDEN", "whose.jpg", "itches", "text of pathology", "Case 2"):
        assert word not in app.text


def test_neither_the_case_itself_nor_its_lesion_nor_an_unconfirmed_one_is_similar(
    app: App, save: Callable[..., int], confirm: Callable[[int], None]
) -> None:
    own = save(content=drawn(1), pseudonym="P-1", lesion_label="L1")
    same_lesion = save(content=drawn(2), pseudonym="P-1", lesion_label="L1")
    same_file = save(content=drawn(1), pseudonym="P-2", lesion_label="L1")
    save(content=drawn(4))
    for case_id in (own, same_lesion, same_file):
        confirm(case_id)
    app.open("case", case=str(own)).choose(f"closer-case-{own}", ASKED["similar"])
    assert "No other case that this network scored has a confirmed diagnosis yet." in app.text


def test_a_diagnosis_that_was_just_confirmed_counts_at_once(
    app: App, save: Callable[..., int], confirm: Callable[[int], None]
) -> None:
    own, other = save(content=drawn(1)), save(content=drawn(2))
    app.open("case", case=str(own)).choose(f"closer-case-{own}", ASKED["similar"])
    assert "Melanoma (malignant)" not in app.text
    confirm(other)
    assert "Melanoma (malignant)" in app.run().text


def test_the_heat_map_is_checked_by_the_method_that_is_chosen(app: App, save: Callable[..., int]) -> None:
    app.open("case", case=str(save())).set("Show heat map", True).select("Method", "Layer-CAM")
    assert "Layer-CAM of this picture" in app.choose("closer-case-1", ASKED["map"]).text
    assert "Grad-CAM of this picture" in app.select("Method", "Grad-CAM").text


def test_without_the_network_only_stored_numbers_answer(
    app: App, save: Callable[..., int], change_card: Callable[..., None]
) -> None:
    case_id = save()
    change_card(weights_sha256="0" * 64)
    app.open("case", case=str(case_id)).choose("closer-case-1", ASKED["influence"])
    assert "which scored this, is not installed" in app.text
    app.choose("closer-case-1", ASKED["similar"])
    assert "Confirmed cases of this practice" in app.text


def test_of_three_lesions_the_odd_one_is_hinted_at(app: App, save: Callable[..., int]) -> None:
    for n in range(2):
        save(content=drawn(n), pseudonym="P-1", lesion_label=f"L{n}")
    assert "least like the others" not in app.open("case", case="1").text
    save(content=drawn(9), pseudonym="P-1", lesion_label="L9")
    save(content=drawn(5), pseudonym="P-2", lesion_label="L9")
    text = app.open("case", case="1").text
    assert "least like the others of this patient's 3" in text
    assert "no finding" in text


def test_training_images_need_a_folder_and_are_prepared_by_a_command(
    app: App, save: Callable[..., int], environment: pytest.MonkeyPatch, drawn_data: Path
) -> None:
    environment.setenv("LESIONWISE_DATA", str(drawn_data))
    app.open("case", case=str(save())).choose("closer-case-1", ASKED["similar"])
    assert "Not prepared for this network." in app.text
    assert "python -m" not in app.text


def test_analyse_offers_the_same_once_there_is_a_result(app: App, picture: bytes) -> None:
    app.open().upload(("lesion.jpg", picture))
    assert "Look closer" not in app.text
    app.classify()
    assert "Look closer" in app.text


@pytest.mark.parametrize(
    ("refer", "no_concern", "words"),
    [(0.999, 0.001, "lies between the two thresholds"), (0.999, 0.45, "is near the threshold 45.0%")],
)
def test_why_a_result_is_indeterminate_is_told_in_one_line(
    refer: float, no_concern: float, words: str, app: App, save: Callable[..., int], change_card: Callable[..., None]
) -> None:
    change_card(refer_threshold=refer, no_concern_threshold=no_concern)
    text = app.open("case", case=str(save())).text
    assert "Why indeterminate: " in text
    assert words in text
    assert "“What would change it” tells" in text
