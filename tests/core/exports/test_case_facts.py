"""Which facts of a case a report is signed for."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pytest

from core.domain import (
    CaseRecord,
    Checks,
    ConfirmedDiagnosis,
    FinalAssessment,
    FirstRead,
    History,
    ModelIdentity,
    Prediction,
    QualityNote,
    QualityReport,
    Review,
    StoredImage,
)
from core.exports.case_facts import case_facts
from core.taxonomy import Band, ConfirmType, Diagnosis, HeatmapMethod, Impression, ReadMode, Sex

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CHECKS = Checks(QualityReport((QualityNote("Glare", 0.0, "", True, "none"),)), None, ())
OTHERS: dict[str, object] = {
    "pseudonym": "P-2",
    "age_years": 40,
    "sex": Sex.MALE,
    "notes": "itches",
    "reader": "dr b",
    "created_at": NOON + timedelta(minutes=1),
    "visited_on": date(2026, 3, 1),
    "history": History(is_change_noticed=False),
    "image": StoredImage("c" * 64, "e" * 64, "PNG", 1, 60, 40),
    "reviews": (Review(Band.REFER, "", "dr a", NOON),),
    "diagnosis": ConfirmedDiagnosis(Diagnosis.NEVUS, False, ConfirmType.HISTOPATHOLOGY, None, "", "dr a", NOON),
    "first_read": FirstRead("s", ReadMode.BLIND, "dr a", NOON, Impression.BENIGN),
    "finals": (FinalAssessment("s", Impression.BENIGN, "dr a", NOON),),
}


def case_of(**words: object) -> CaseRecord:
    model = ModelIdentity("net", "1", "a" * 64, "b" * 64)
    prediction = Prediction(0.7, 0.8, Band.REFER, 0.4, 0.1, model, np.zeros(4, np.float16))
    image = StoredImage("c" * 64, "d" * 64, "PNG", 1, 60, 40)
    case = CaseRecord(1, "s", "a.png", "P-1", "L1", None, None, None, "", "dr a", NOON, "0.1", image, prediction, NOON)
    return replace(case, **words)  # type: ignore[arg-type]


def test_the_same_case_has_the_same_facts_on_every_clock() -> None:
    there = NOON.astimezone(timezone(timedelta(hours=13)))
    assert case_facts(case_of(created_at=there), CHECKS) == case_facts(case_of(), CHECKS)


@pytest.mark.parametrize("name", OTHERS)
def test_whatever_is_printed_of_a_case_counts(name: str) -> None:
    assert case_facts(case_of(**{name: OTHERS[name]}), CHECKS) != case_facts(case_of(), CHECKS)


def test_score_checks_and_heat_map_count() -> None:
    plain, case = case_facts(case_of(), CHECKS), case_of()
    other = replace(case, prediction=replace(case.prediction, malignant_probability=0.71))
    assert plain != case_facts(other, CHECKS)
    assert plain != case_facts(case, replace(CHECKS, override_reason="the only picture"))
    assert plain != case_facts(case, CHECKS, HeatmapMethod.GRAD_CAM)


def test_what_nobody_said_is_left_out_and_a_no_is_not() -> None:
    facts = case_facts(case_of(), None)
    assert not {"notes", "sex", "history", "first_read", "reviews", "checks", "heatmap"} & set(facts)
    assert case_facts(case_of(history=OTHERS["history"]), None)["history"] == {"is_change_noticed": False}


def test_only_the_newest_final_assessment_is_printed() -> None:
    newest, older = (FinalAssessment("s", said, "dr a", NOON) for said in (Impression.BENIGN, Impression.UNSURE))
    assert case_facts(case_of(finals=(newest, older)), None) == case_facts(case_of(finals=(newest,)), None)
