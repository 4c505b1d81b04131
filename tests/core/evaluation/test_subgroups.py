"""Figures group by group."""

from dataclasses import replace

import pytest
from sklearn.metrics import recall_score, roc_auc_score

from core.evaluation.predictions import Predictions, ScoredImage
from core.evaluation.subgroups import NOT_ASSESSED, SMALL_N, Division, divide

N_DRAWS = 30


def rows(n: int = 80) -> tuple[ScoredImage, ...]:
    made = []
    for i in range(n):
        is_malignant = i % 2 == 0
        score = 0.2 + 0.6 * is_malignant - 0.5 * (i % 10 == 0) + 0.001 * i
        made.append(ScoredImage(f"{i}.jpg", is_malignant, score, 0.0, sex="female" if i % 4 < 2 else "male"))
    return tuple(made)


def division(name: str, predictions: Predictions) -> Division:
    return next(found for found in divide(predictions, 0.5, N_DRAWS) if found.name == name)


def test_each_group_has_the_figures_of_its_own_images() -> None:
    predictions = Predictions(rows())
    for group in division("Sex", predictions).groups:
        part = [row for row in predictions.rows if row.sex == group.name]
        label, score = [row.malignant for row in part], [row.malignant_probability for row in part]
        called = [value >= 0.5 for value in score]
        assert (group.n, group.n_malignant) == (len(part), sum(label))
        assert group.sensitivity and group.sensitivity.value == pytest.approx(recall_score(label, called))
        assert group.specificity and group.specificity.value == pytest.approx(recall_score(label, called, pos_label=0))
        assert group.roc_auc and group.roc_auc.value == pytest.approx(roc_auc_score(label, score))
        assert group.sensitivity.low <= group.sensitivity.value <= group.sensitivity.high


@pytest.mark.parametrize(
    ("age", "name"),
    [("0.0", "0 to 29 years"), ("29", "0 to 29 years"), ("30", "30 to 49 years"), ("85.0", "70 years or more")],
)
def test_ages_fall_into_bands(age: str, name: str) -> None:
    predictions = Predictions(tuple(replace(row, age_approx=age) for row in rows(4)))
    assert [group.name for group in division("Age", predictions).groups] == [name]


@pytest.mark.parametrize("age", ["", "85+", "unknown", "nan", "inf", "-1"])
def test_what_is_no_age_is_unknown(age: str) -> None:
    first, *others = rows(4)
    made = (replace(first, age_approx=age), *(replace(row, age_approx="40") for row in others))
    found = division("Age", Predictions(made))
    assert [(group.name, group.n) for group in found.groups] == [("30 to 49 years", 3)]
    assert found.n_unknown == 1


def test_a_small_group_is_marked_and_unknown_is_counted_not_guessed() -> None:
    made = [replace(row, anatom_site="Trunk" if i < SMALL_N - 1 else "") for i, row in enumerate(rows())]
    found = division("Body site", Predictions(tuple(made)))
    assert [(group.name, group.is_small) for group in found.groups] == [("Trunk", True)]
    assert found.n_unknown == 80 - (SMALL_N - 1)
    assert not any(group.is_small for group in division("Sex", Predictions(rows())).groups)


def test_a_group_of_one_class_has_no_figure_of_the_other() -> None:
    made = [replace(row, diagnosis="Melanoma" if row.malignant else "Nevus") for row in rows()]
    melanoma, nevus = division("Diagnosis", Predictions(tuple(made))).groups
    assert melanoma.specificity is None and melanoma.roc_auc is None and melanoma.sensitivity
    assert nevus.sensitivity is None and nevus.specificity


def test_what_the_images_do_not_say_is_not_assessed() -> None:
    assert division("Artefact", Predictions(rows())).groups == ()
    assert division("Image quality", Predictions(rows())).groups == ()
    assert "Skin type" in NOT_ASSESSED


def test_an_image_with_two_artefacts_is_in_both_groups() -> None:
    made = [replace(row, artefacts="hair; ruler" if i < 40 else "") for i, row in enumerate(rows())]
    found = division("Artefact", Predictions(tuple(made)))
    assert {group.name: group.n for group in found.groups} == {"hair": 40, "ruler": 40, "none found": 40}
