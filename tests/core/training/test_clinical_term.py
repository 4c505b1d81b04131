"""Age, sex and site add to the logit where they tell something, and nothing where they are missing."""

import numpy as np
import pytest
from scipy.special import expit

from core.training.clinical_term import fit_clinical_term


def facts(age: float | None, sex: str = "", site: str = "") -> dict[str, str]:
    return {"age_approx": "" if age is None else str(age), "sex": sex, "anatom_site": site}


def drawn(n: int, per_decade: float) -> tuple[list[dict[str, str]], np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    ages, logits = rng.uniform(20, 85, n), rng.normal(0, 1.5, n)
    is_malignant = rng.random(n) < expit(logits + per_decade * (ages - ages.mean()) / 10)
    rows = [facts(age, "male" if i % 2 else "female", "Trunk" if i % 3 else "") for i, age in enumerate(ages)]
    return rows, logits, is_malignant


def test_what_age_tells_beside_the_picture_is_found() -> None:
    rows, logits, is_malignant = drawn(4000, per_decade=0.5)
    term = fit_clinical_term(rows, logits, is_malignant)
    younger, older = term.of([facts(30, "male", "Trunk"), facts(80, "male", "Trunk")])
    assert (older - younger) / 5 == pytest.approx(0.5, abs=0.08)


def test_what_tells_nothing_adds_next_to_nothing() -> None:
    rows, logits, is_malignant = drawn(4000, per_decade=0.0)
    assert np.abs(fit_clinical_term(rows, logits, is_malignant).of(rows)).max() < 0.25


def test_missing_data_adds_nothing_at_all_and_cannot_teach_a_label() -> None:
    rows, logits, is_malignant = drawn(500, per_decade=0.5)
    term = fit_clinical_term(rows, logits, is_malignant)
    assert term.of([facts(None), {}]).tolist() == [0.0, 0.0]
    malignant_without_data = [facts(None)] * 300
    again = fit_clinical_term(
        rows + malignant_without_data,
        np.concatenate([logits, np.zeros(300)]),
        np.concatenate([is_malignant, np.ones(300, dtype=bool)]),
    )
    assert again == term


def test_an_unknown_site_and_a_missing_part_add_only_what_is_known() -> None:
    rows, logits, is_malignant = drawn(500, per_decade=0.5)
    term = fit_clinical_term(rows, logits, is_malignant)
    assert term.of([facts(70, site="Elsewhere")]) == pytest.approx(term.of([facts(70)]))


def test_no_clinical_data_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="no image has clinical data"):
        fit_clinical_term([facts(None)] * 3, np.zeros(3), np.array([True, False, True]))
