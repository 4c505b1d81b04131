"""A lesion over time: its visits in order, aligned pictures, scores that may be joined."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from core.errors import RecordNotFound
from core.imaging.drawn import DrawnLesion, draw_jpeg
from core.imaging.registration import NotAligned, Registration
from dashboard.workflow.cases import load_case
from dashboard.workflow.follow_up import compare_visits, day_of, load_lesion, score_series
from dashboard.workflow.recalls import set_recall
from dashboard.workflow.record import Record
from tests.dashboard.conftest import shade

NAMED = {"pseudonym": "P-1", "lesion_label": "L1"}


def lesion(seed: int, **more: float) -> bytes:
    return draw_jpeg(replace(DrawnLesion(width_px=300, height_px=225, seed=seed), **more))  # type: ignore[arg-type]


@pytest.fixture
def visits(save: Callable[..., int]) -> list[int]:
    """Two visits, the later one saved first."""
    later = save(lesion(4, darkness=0.8), visited_on=date(2026, 9, 1), **NAMED)
    return [save(lesion(4), visited_on=date(2026, 3, 1), **NAMED), later]


def lesion_id(case_id: int, record: Record) -> int:
    found = load_case(case_id=case_id, record=record)[0].lesion_id
    assert found is not None
    return found


def test_visits_come_in_the_order_of_their_days(visits: list[int], record: Record) -> None:
    story = load_lesion(lesion_id=lesion_id(visits[0], record), record=record)
    assert [case.case_id for case in story.cases] == visits
    assert [day_of(case) for case in story.cases] == [date(2026, 3, 1), date(2026, 9, 1)]


def test_the_recalls_of_the_lesion_are_part_of_its_story(visits: list[int], record: Record) -> None:
    number = lesion_id(visits[0], record)
    set_recall(lesion_id=number, due_on=date(2027, 1, 1), reason="", who="dr a", record=record)
    assert [recall.due_on for recall in load_lesion(lesion_id=number, record=record).recalls] == [date(2027, 1, 1)]


@pytest.mark.parametrize("asked", [77, 10**30])
def test_a_lesion_that_is_not_there_is_told(asked: int, record: Record) -> None:
    with pytest.raises(RecordNotFound):
        load_lesion(lesion_id=asked, record=record)


def test_two_pictures_of_one_lesion_are_aligned(visits: list[int], record: Record) -> None:
    earlier, later = load_lesion(lesion_id=lesion_id(visits[0], record), record=record).cases
    found = compare_visits(earlier=earlier, later=later, record=record)
    assert isinstance(found.alignment, Registration)
    assert found.alignment.scale == pytest.approx(1, abs=0.01)
    assert found.earlier.sha256 != found.later.sha256


def test_the_change_between_two_visits_is_measured(save: Callable[..., int], record: Record) -> None:
    contents = [lesion(4, radius=radius, darkness=dark) for radius, dark in ((0.2, 0.8), (0.26, 1.0))]
    first, second = (load_case(case_id=save(content, **NAMED), record=record)[0] for content in contents)
    found = compare_visits(earlier=first, later=second, record=record)
    assert found.change is not None
    scale = found.alignment.scale if isinstance(found.alignment, Registration) else 1
    assert found.change.area_ratio == pytest.approx((0.26 / 0.2) ** 2 * scale**2, rel=0.2)
    assert found.change.colour_distance > 2


def test_a_picture_without_a_lesion_has_no_measured_change(save: Callable[..., int], record: Record) -> None:
    first, second = (load_case(case_id=save(one, **NAMED), record=record)[0] for one in (lesion(4), shade(150)))
    found = compare_visits(earlier=first, later=second, record=record)
    assert found.change is None
    assert found.doubt.startswith("in the later picture")


def test_pictures_of_different_lesions_are_not(save: Callable[..., int], record: Record) -> None:
    first, second = (load_case(case_id=save(lesion(n), **NAMED), record=record)[0] for n in (1, 2))
    assert isinstance(compare_visits(earlier=first, later=second, record=record).alignment, NotAligned)


def test_only_scores_of_the_same_version_may_be_joined(visits: list[int], record: Record) -> None:
    first, second = load_lesion(lesion_id=lesion_id(visits[0], record), record=record).cases
    newer = replace(second.prediction.model, version="2.0", card_sha256="c" * 64)
    third = replace(second, prediction=replace(second.prediction, model=newer))
    joined = score_series((first, second, third))
    assert [(series.model.version, len(series.cases)) for series in joined] == [("1.0", 2), ("2.0", 1)]
    assert joined[0].cases == (first, second)
    same_name = replace(second, prediction=replace(second.prediction, model=replace(newer, version="1.0")))
    assert len(score_series((first, same_name))) == 2  # another card under the same version is another scale
