"""The page of one lesion over time, and the recalls of all."""

import json
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from core.imaging.drawn import DrawnLesion, draw_jpeg
from dashboard.workflow.cases import load_case
from dashboard.workflow.recalls import list_recalls, set_recall
from dashboard.workflow.record import Record
from tests.pages.app_driver import App

NAMED = {"pseudonym": "P-1", "lesion_label": "L1"}
TODAY = date.today()


def lesion(seed: int, darkness: float = 0.75) -> bytes:
    return draw_jpeg(DrawnLesion(width_px=300, height_px=225, seed=seed, darkness=darkness))


@pytest.fixture
def first(save: Callable[..., int]) -> int:
    return save(lesion(4), visited_on=date(2026, 3, 1), **NAMED)


@pytest.fixture
def lesion_id(first: int, record: Record) -> int:
    found = load_case(case_id=first, record=record)[0].lesion_id
    assert found is not None
    return found


def follow(app: App, lesion_id: int) -> App:
    return app.open("follow_up", lesion=str(lesion_id))


def shown(app: App) -> list[dict[str, object]]:
    """What the comparisons on the page were given, without their pictures."""
    drawn = [element.proto.json for element in app.test.get("bidi_component")]
    found = [json.loads(given) for given in drawn if given]
    compared = [one for one in found if "earlier" in one]  # the rest are parts of the frame that draw nothing
    return [{"labels": [one["earlier"]["label"], one["later"]["label"]], "matrix": one["matrix"]} for one in compared]


def test_two_visits_are_compared_and_the_misfit_is_said(
    app: App, first: int, lesion_id: int, save: Callable[..., int]
) -> None:
    save(lesion(4, darkness=0.8), visited_on=date(2026, 9, 1), **NAMED)
    text = follow(app, lesion_id).text
    (given,) = shown(app)
    assert given["labels"] == ["Earlier: 01 Mar 2026", "Later: 01 Sep 2026"]
    assert isinstance(given["matrix"], list)
    assert given["matrix"][:4] == pytest.approx([1, 0, 0, 1], abs=0.01)
    assert "Aligned automatically, close fit:" in text
    assert "px apart (median" in text
    assert "A low score does not end follow-up" in text
    assert "Measured from the outlines, in the aligned pictures" in text
    assert "A line joins scores of the same model version only" in text


def test_where_the_pictures_do_not_fit_it_says_so_and_shows_them_as_they_are(
    app: App, lesion_id: int, save: Callable[..., int]
) -> None:
    save(lesion(9), visited_on=date(2026, 9, 1), **NAMED)
    text = follow(app, lesion_id).text
    assert "Not aligned:" in text
    assert shown(app)[0]["matrix"] is None


def test_other_visits_can_be_chosen_but_not_one_twice(app: App, lesion_id: int, save: Callable[..., int]) -> None:
    for month in (5, 9):
        save(lesion(month), visited_on=date(2026, month, 1), **NAMED)
    follow(app, lesion_id)
    assert shown(app)[0]["labels"] == ["Earlier: 01 May 2026", "Later: 01 Sep 2026"]
    app.set("Earlier", 0)
    assert shown(app)[0]["labels"] == ["Earlier: 01 Mar 2026", "Later: 01 Sep 2026"]
    app.set("Earlier", 2)
    assert "Choose two different pictures" in app.text
    assert shown(app) == []


def test_one_picture_says_what_is_missing(app: App, lesion_id: int) -> None:
    text = follow(app, lesion_id).text
    assert "one picture of this lesion so far" in text
    assert shown(app) == []


@pytest.mark.parametrize("query", [{}, {"lesion": "x"}, {"lesion": "-1"}])
def test_what_is_no_lesion_leads_to_the_history(app: App, query: dict[str, str]) -> None:
    assert "No lesion is chosen" in app.open("follow_up", **query).text
    assert app.errors == []


def test_an_unknown_lesion_is_told(app: App) -> None:
    assert "There is no picture of a lesion 99." in follow(app, 99).errors[0]


def test_markup_is_text(app: App, save: Callable[..., int], record: Record) -> None:
    case_id = save(lesion(4), pseudonym="<b>P</b>", lesion_label="<i>L</i>")
    number = load_case(case_id=case_id, record=record)[0].lesion_id
    assert number is not None
    set_recall(lesion_id=number, due_on=TODAY, reason="<u>x</u>", who="<s>dr</s>", record=record)
    for html in (*follow(app, number).html, *app.open("recalls").html):
        assert not any(tag in html for tag in ("<b>P</b>", "<i>L", "<u>x", "<s>dr"))


def test_a_recall_is_set_on_the_case(app: App, first: int, record: Record) -> None:
    app.open("case", case=str(first))
    app.field("See again in").select("3 months")
    app.field("Why").set_value("growing")
    app.press("Set recall")
    (recall,) = list_recalls(is_done=False, today=TODAY, record=record).recalls
    assert (recall.due_on, recall.reason) == (TODAY + timedelta(weeks=13), "growing")
    assert "due in 13 weeks" in app.text


def test_a_recall_needs_a_day(app: App, first: int, record: Record) -> None:
    app.open("case", case=str(first)).press("Set recall")
    assert "Choose when the lesion is to be seen again." in app.text
    assert list_recalls(is_done=False, today=TODAY, record=record).n_open == 0


def test_a_case_of_no_lesion_says_what_is_missing_for_a_recall(app: App, save: Callable[..., int]) -> None:
    text = app.open("case", case=str(save())).text
    assert "Name patient and lesion first: a recall is for a lesion." in text
    assert not app.has_button("Set recall")


def test_recalls_are_listed_overdue_first_and_done(app: App, lesion_id: int, record: Record) -> None:
    for days in (30, -2):
        set_recall(lesion_id=lesion_id, due_on=TODAY + timedelta(days=days), reason="", who="dr a", record=record)
    text = app.open("recalls").text
    assert "2 recalls to do, 1 overdue." in text
    assert text.index("overdue by 2 days") < text.index("due in 4 weeks")
    app.button_at("Done", 0).click()
    assert "1 recall to do, 0 overdue." in app.run().text
    assert "overdue by" not in app.text


def test_an_empty_list_says_where_recalls_come_from(app: App) -> None:
    assert "Set a recall on a case's page." in app.open("recalls").text
