"""The charts of explanations say what was measured, in their titles and where the pointer rests."""

import numpy as np
import pytest

from core.evaluation.bootstrap import draw_weights
from core.evaluation.deferral import measure_deferral
from core.evaluation.operating_points import OperatingPoints
from core.explanations.influence import Change, Covered, Influence, Sweep
from core.explanations.regions import LESION, SKIN
from dashboard.charts.deferral import deferral
from dashboard.charts.influence import influence

POINTS = OperatingPoints(refer=0.307, no_concern=0.12)


def measured(at_20_percent: float) -> Influence:
    sweeps = (
        Sweep(Change.BRIGHTNESS, (-0.2, 0.0, 0.2), (0.5, 0.5, at_20_percent)),
        Sweep(Change.CROP, (0.0, 0.1), (0.5, 0.5)),
        Sweep(Change.ROTATION, (-90.0, 0.0, 180.0), (0.5, 0.5, 0.5)),
    )
    return Influence(0.5, POINTS, sweeps, (Covered(LESION, 0.2), Covered(SKIN, 0.4)), is_by_lesion=True)


@pytest.mark.parametrize(
    ("score", "title"), [(0.5, "This result is stable"), (0.1, "This result depends on brightness")]
)
def test_the_title_is_the_verdict(score: float, title: str) -> None:
    assert influence(measured(score)).layout.title.text == title


def test_every_point_tells_its_change_and_score() -> None:
    figure = influence(measured(0.1))
    said = [text for trace in figure.data for text in trace.hovertext]
    assert "+20% brightness: 10%" in said
    assert "as it is: 50%" in said
    assert "turned by 180°: 50%" in said
    assert f"{SKIN} covered: 40%" in said


def test_the_thresholds_are_named_beside_the_panels() -> None:
    said = [note.text for note in influence(measured(0.5)).layout.annotations]
    assert "refer from<br>30.7%" in said
    assert "no concern<br>below 12%" in said


def test_the_deferral_chart_marks_what_the_band_does() -> None:
    rng = np.random.default_rng(0)
    probability = rng.random(300)
    is_malignant = rng.random(300) < probability
    weights = draw_weights(is_malignant, np.arange(300), n_draws=50)
    found = measure_deferral(probability, is_malignant, weights, POINTS)
    figure = deferral(found)
    (point,) = (trace for trace in figure.data if trace.name == "indeterminate band")
    assert list(point.x) == [found.band_share]
    assert found.band_accuracy.as_percent(1) in figure.layout.title.text
    assert {"accuracy", "sensitivity", "specificity"} <= {trace.name for trace in figure.data}
