"""Agreement of reader and machine, checked against scikit-learn and by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from core.domain import ReadOutcome
from core.evaluation.agreement import FEWEST_LESIONS, Agreement, measure_agreement
from core.taxonomy import Band, Impression

M, B, U = Impression.MALIGNANT, Impression.BENIGN, Impression.UNSURE
REFER, MAYBE, CALM = Band.REFER, Band.INDETERMINATE, Band.NO_CONCERN
RANK = {M: 0, U: 1, B: 2, REFER: 0, MAYBE: 1, CALM: 2}


def outcome(
    first: Impression, band: Band, final: Impression | None = None, is_malignant: bool | None = None, lesion: int = 0
) -> ReadOutcome:
    return ReadOutcome(1, lesion or None, "dr a", first, band, final, is_malignant)


def draw(seed: int, n: int) -> list[ReadOutcome]:
    """Reads that agree more often than chance."""
    rng = np.random.default_rng(seed)
    firsts, bands = (M, U, B), (REFER, MAYBE, CALM)
    ranks = rng.integers(3, size=n)
    other = np.where(rng.random(n) < 0.6, ranks, rng.integers(3, size=n))
    return [outcome(firsts[a], bands[b]) for a, b in zip(ranks, other, strict=True)]


@pytest.mark.parametrize("seed", range(5))
def test_kappa_is_scikit_learns(seed: int) -> None:
    reads = draw(seed, 80)
    found = measure_agreement(reads)
    reader, machine = [RANK[one.first] for one in reads], [RANK[one.band] for one in reads]
    assert found.kappa.value == pytest.approx(cohen_kappa_score(reader, machine))
    assert found.weighted.value == pytest.approx(cohen_kappa_score(reader, machine, weights="linear"))
    assert found.share.value == pytest.approx(np.mean(np.array(reader) == machine))
    assert found.table.sum() == found.n == 80


def test_the_interval_holds_the_value_and_narrows_with_more_reads() -> None:
    few, many = measure_agreement(draw(1, 40)).kappa, measure_agreement(draw(1, 640)).kappa
    for figure in (few, many):
        assert figure.low < figure.value < figure.high
    assert many.high - many.low < (few.high - few.low) / 2


def test_the_interval_covers_the_true_kappa_about_as_often_as_it_says() -> None:
    truth = 0.6  # 0.6 of the machine's answers copy the reader's, the rest are drawn evenly: kappa is 0.6
    found = [measure_agreement(draw(100 + seed, 120)).kappa for seed in range(60)]
    assert 0.87 <= np.mean([figure.low <= truth <= figure.high for figure in found]) <= 1


def test_images_of_one_lesion_count_as_one() -> None:
    reads = [outcome(M, REFER, lesion=1), outcome(M, REFER, lesion=1), outcome(B, CALM, lesion=2), outcome(B, REFER)]
    assert measure_agreement(reads).n_lesions == 3


def test_a_share_of_few_lesions_has_a_wide_interval() -> None:
    reads = [outcome(M, REFER, lesion=1), outcome(U, REFER, lesion=1), outcome(B, REFER, lesion=2)]
    share = measure_agreement(reads).share
    assert share.value == pytest.approx(1 / 3)
    assert (share.low < 0.1, share.high > 0.75) == (True, True)  # draws of the two lesions would end at 50%


def test_one_category_only_has_no_kappa() -> None:
    found = measure_agreement([outcome(M, REFER)] * 30)
    assert math.isnan(found.kappa.value)
    assert found.share.value == 1
    assert found.share.low < 1


def counted() -> Agreement:
    return measure_agreement(
        [
            outcome(B, REFER, M, True),  # helpful
            outcome(U, CALM, B, False),  # helpful
            outcome(B, REFER, U, False),  # harmful
            outcome(M, CALM, B, True),  # harmful
            outcome(U, REFER, B, True),  # wrong before and after
            outcome(B, REFER, M),  # nobody knows
            outcome(M, REFER, M, True),  # no switch
            outcome(M, MAYBE, None, True),  # no final assessment
        ]
    )


def test_switches_are_helpful_or_harmful_by_the_confirmed_diagnosis() -> None:
    found = counted()
    assert (found.n_finals, found.n_switches) == (7, 6)
    assert (found.n_helpful, found.n_harmful, found.n_unsettled) == (2, 2, 2)


def test_unsure_and_indeterminate_are_not_right() -> None:
    found = counted()
    assert (found.n_confirmed, found.n_confirmed_finals) == (7, 6)
    assert found.reader_right.value == pytest.approx(4 / 7)
    assert found.machine_right.value == pytest.approx(4 / 7)
    assert found.final_right.value == pytest.approx(3 / 6)
    assert (found.n_both, found.n_reader_only, found.n_machine_only, found.n_neither) == (1, 3, 3, 0)


def test_without_a_confirmed_diagnosis_nobody_is_right_or_wrong() -> None:
    found = measure_agreement([outcome(M, REFER, B)])
    assert found.n_confirmed == 0
    assert math.isnan(found.reader_right.value)
    assert (found.n_helpful, found.n_harmful, found.n_unsettled) == (0, 0, 1)


def test_too_few_lesions_give_no_kappa() -> None:
    assert math.isnan(measure_agreement(draw(0, FEWEST_LESIONS - 1)).kappa.value)
    assert math.isfinite(measure_agreement(draw(0, FEWEST_LESIONS)).kappa.value)
    one_lesion = [replace(one, lesion_id=7) for one in draw(0, 50)]
    assert math.isnan(measure_agreement(one_lesion).kappa.value)


def test_no_read_is_refused() -> None:
    with pytest.raises(ValueError, match="got none"):
        measure_agreement([])
