"""Results to JSON and back, whatever of them is there."""

import json
from dataclasses import dataclass, replace

import pytest

from core.evaluation.calibration_figures import CalibrationFigures, PriorShift
from core.evaluation.figures import Figure
from core.evaluation.json_values import from_json_value, to_json_value
from core.evaluation.results import Further, SetFigures, ThresholdFigures
from core.evaluation.robustness import FamilyRobustness, Robustness
from core.evaluation.seven_classes import CalledShare, ClassFigures
from core.evaluation.source import SourceFigures

FIGURE = Figure(0.5, 0.25, 0.75)
AT = ThresholdFigures(
    0.5, dict.fromkeys(("accuracy", "sensitivity", "specificity", "precision", "recall", "f1"), FIGURE)
)
SET = SetFigures(4, 2, AT, AT, dict.fromkeys(("roc_auc", "average_precision", "brier", "ece"), FIGURE))
FULL = Further(
    at_accuracy_threshold=AT,
    unseen_lesions=SET,
    averaged=SET,
    calibration=CalibrationFigures(FIGURE, FIGURE, PriorShift(0.45, 0.165, FIGURE, FIGURE)),
    source=SourceFigures(144, 156, FIGURE, FIGURE, FIGURE, FIGURE),
    robustness=Robustness(660, {"mild_changes": FamilyRobustness(FIGURE, FIGURE, {"jpeg": FIGURE})}),
    classes=ClassFigures(("a", "b"), 4, FIGURE, {"a": FIGURE, "b": FIGURE}, {"a": 2, "b": 2}, ((2, 0), (1, 1))),
    called={"a": CalledShare(2, FIGURE, FIGURE)},
)


def through_json(further: Further) -> Further:
    return from_json_value(Further, json.loads(json.dumps(to_json_value(further), allow_nan=False)))


def test_everything_survives_the_file() -> None:
    assert through_json(FULL) == FULL


@pytest.mark.parametrize("name", Further.__dataclass_fields__)
def test_each_part_may_be_missing(name: str) -> None:
    values = to_json_value(FULL)
    del values[name]
    partial = from_json_value(Further, values)
    assert getattr(partial, name) == getattr(Further(), name)
    assert to_json_value(partial) == values


def test_a_file_of_before_says_nothing_further() -> None:
    assert from_json_value(Further, {}) == Further()
    assert to_json_value(Further()) == {}


def test_parts_of_parts_may_be_missing() -> None:
    without = replace(
        FULL,
        source=SourceFigures(1, 1, FIGURE, FIGURE, FIGURE),
        calibration=CalibrationFigures(FIGURE, FIGURE),
    )
    assert through_json(without) == without


def test_what_has_its_own_words_keeps_them() -> None:
    @dataclass(frozen=True)
    class Holder:
        figure: Figure

    assert to_json_value(Holder(FIGURE)) == {"figure": {"value": 0.5, "low": 0.25, "high": 0.75}}


@pytest.mark.parametrize("values", [{"source": {"n_ham": 1}}, {"robustness": 3}, 5, {"calibration": {"ece_15": 0.1}}])
def test_what_is_not_a_result_is_refused(values: object) -> None:
    with pytest.raises((KeyError, TypeError)):
        from_json_value(Further, values)
