"""A picture that a gate holds back has no score on the page until a reason is given, and the reason stays with it."""

import io

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import select

from core.domain import Checks
from core.taxonomy import AnatomSite, Concern, Gate
from dashboard.workflow.checks import load_checks
from dashboard.workflow.record import Record
from db.live_months import LiveFilter
from db.live_refusals import refusals_by_month
from db.tables import RefusalRow
from tests.pages.app_driver import App

REASON = "the only picture of this lesion"


@pytest.fixture
def gated(app: App) -> App:
    """An over-exposed picture, on which the button was pressed."""
    pixels = np.random.default_rng(0).integers(250, 256, (180, 240, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    app.open().upload(("white.png", buffer.getvalue()))
    return app.classify()


def test_a_gated_picture_has_reasons_and_advice_and_no_score(gated: App) -> None:
    assert "too poor a picture" in gated.text
    assert "over-exposed" in gated.text
    assert "A better picture" in gated.text
    assert "malignant probability" not in gated.text


def test_it_is_scored_for_a_reason_that_is_kept_with_the_case(gated: App, record: Record) -> None:
    assert gated.button("Score with this reason").disabled
    gated.set("Reason for scoring it", REASON).press("Score with this reason")
    assert "malignant probability" in gated.text
    assert "Scored against the gates" in gated.text
    gated.press("Save case")
    checks = load_checks(case_id=1, record=record)
    assert isinstance(checks, Checks)
    assert checks.override_reason == REASON
    assert not checks.quality.is_accepted
    assert REASON in gated.open("case", case="1").text


def test_it_is_counted_once_without_picture_or_patient(gated: App, record: Record) -> None:
    white = gated.test.session_state["analyse_state"].current.upload.content
    gated.upload(("again.png", white)).classify()
    gated.set("Reason for scoring it", REASON).press("Score with this reason").press("Save case")
    with record.reading() as work:
        [row] = work.session.scalars(select(RefusalRow)).all()
        assert (row.gate, row.reader) == (Gate.QUALITY, "")
        assert "over-exposed" in row.reason
        kept = [str(getattr(row, column.key)) for column in RefusalRow.__table__.columns]
        assert not any("again" in value or "white.png" in value for value in kept)
        months = refusals_by_month(work.session, LiveFilter())
    assert months[["looked_at", "held_back"]].to_numpy().tolist() == [[1, 1]]


def test_what_is_ticked_at_intake_warns_and_is_kept(app: App, picture: bytes, record: Record) -> None:
    app.open().upload(("lesion.jpg", picture)).classify()
    app.field("Is any of this so?").set_value([Concern.NAIL])
    app.run()
    assert "not trained for this (nail)" in app.text
    app.press("Save case")
    checks = load_checks(case_id=1, record=record)
    assert checks is not None
    assert checks.concerns == (Concern.NAIL,)
    assert "not trained for this (nail)" in app.open("case", case="1").text


def test_what_the_fields_say_already_is_ticked_by_itself(app: App, picture: bytes, record: Record) -> None:
    app.open().upload(("lesion.jpg", picture)).classify()
    app.field("Is any of this so?").set_value([Concern.TATTOO])
    app.set("Age", 12).select("Body site", AnatomSite.PALMS_SOLES.capitalize())
    assert "not trained for this (palm or sole, tattoo, child)" in app.text
    app.select("Body site", AnatomSite.HEAD_NECK.capitalize()).press("Save case")
    checks = load_checks(case_id=1, record=record)
    assert checks is not None
    assert checks.concerns == (Concern.TATTOO, Concern.CHILD)


def test_a_case_from_before_says_that_nothing_was_measured(app: App, save: "object") -> None:
    case_id = save()  # type: ignore[operator]
    app.open("case", case=str(case_id))
    assert "before the program measured this" not in app.text
    assert "before the program measured this" in app.open_details().text


def test_what_was_measured_is_drawn_once_it_is_opened(app: App, picture: bytes) -> None:
    app.open().upload(("lesion.jpg", picture)).classify()
    assert "Scope:" not in app.text
    assert "Scope:" in app.open_details().text
