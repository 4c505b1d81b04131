"""Drift: no alarm where nothing changed, one where something did, and the figures of the textbooks."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import ks_2samp

from core.errors import DataFolderInvalid
from core.evaluation.drift import (
    MIN_N,
    DriftLevel,
    Reference,
    holm,
    ks_distance,
    ks_p,
    measure_drift,
    mix_references,
    population_stability_index,
)
from core.evaluation.reference import (
    EMBEDDING,
    PROBABILITY,
    REFERENCE_FILE,
    describe_reference,
    embedding_distance,
    picture_statistics,
    read_reference,
    references_of,
    write_reference,
)

QUANTILES = tuple(np.linspace(0, 1, 101))


def reference(values: np.ndarray) -> Reference:
    return Reference(len(values), QUANTILES, tuple(np.quantile(values, QUANTILES)))


def normal(n: int, mean: float = 0.0, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, 1, n)


def test_the_index_is_the_textbooks() -> None:
    """Ten bins of a tenth each; live has half of its values in the first and the rest spread over the others."""
    made = reference(np.arange(0, 1000) / 1000)
    live = np.concatenate([np.full(500, 0.05), np.linspace(0.105, 0.995, 500)])
    share = np.array([0.5] + [0.5 / 9] * 9)
    wanted = float(((share - 0.1) * np.log(share / 0.1)).sum())
    assert population_stability_index(made, live) == pytest.approx(wanted, abs=0.01)


def test_a_mixture_counts_as_many_as_vary_like_it() -> None:
    """1,000 benign and 100 malignant pictures, mixed half and half, say as much as 364 of one kind, not as 1,100."""
    benign, malignant = reference(normal(1000)), reference(normal(100, mean=1.0, seed=1))
    assert mix_references(benign, malignant, 0.5).n == round(1 / (0.25 / 1000 + 0.25 / 100)) == 364
    assert mix_references(benign, malignant, 0.0).n == 1000
    assert mix_references(benign, malignant, 1.0).n == 100
    assert mix_references(benign, malignant, 100 / 1100).n == 1100  # at their own share nothing is lost


def test_the_distance_is_scipys_to_the_width_of_a_quantile() -> None:
    then, now = normal(2000), normal(1500, mean=0.4, seed=1)
    distance = ks_distance(reference(then), now)
    exact = ks_2samp(then, now)
    assert exact.statistic - 0.02 <= distance <= exact.statistic
    assert ks_p(exact.statistic, 1500, 2000) == pytest.approx(exact.pvalue, rel=0.2)


def test_nothing_changed_is_steady() -> None:
    [found] = measure_drift({"score": reference(normal(1000))}, {"score": normal(1000, seed=1)})
    assert found.level is DriftLevel.STEADY
    assert found.psi < 0.1


def test_a_shift_by_one_deviation_alarms() -> None:
    [found] = measure_drift({"score": reference(normal(1000))}, {"score": normal(500, mean=1, seed=1)})
    assert found.level is DriftLevel.ALARM
    assert found.live_median == pytest.approx(1, abs=0.2)


def test_a_tiny_shift_of_many_pictures_is_significant_and_no_alarm() -> None:
    [found] = measure_drift({"score": reference(normal(20_000))}, {"score": normal(20_000, mean=0.1, seed=1)})
    assert found.p < 0.01
    assert found.level is DriftLevel.STEADY


def test_false_alarms_are_rare_among_seven_measures() -> None:
    names = [str(i) for i in range(7)]
    raised = 0
    for seed in range(40):
        references = {name: reference(normal(400, seed=1000 + 10 * seed + i)) for i, name in enumerate(names)}
        live = {name: normal(150, seed=5000 + 10 * seed + i) for i, name in enumerate(names)}
        raised += any(found.level is not DriftLevel.STEADY for found in measure_drift(references, live))
    assert raised <= 2


def test_too_few_values_are_not_judged() -> None:
    assert measure_drift({"score": reference(normal(500))}, {"score": normal(MIN_N - 1)}) == ()


def test_a_reference_of_many_equal_values_is_no_error() -> None:
    made = reference(np.concatenate([np.zeros(700), np.linspace(0.1, 1, 300)]))
    same = np.concatenate([np.zeros(140), np.linspace(0.1, 1, 60)])
    assert population_stability_index(made, same) < 0.05
    assert ks_distance(made, same) < 0.05


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.6, 0.9]) == pytest.approx([1.0, 1.0])
    assert holm([]) == []


def test_pictures_are_described_in_grey_levels() -> None:
    frames = np.zeros((2, 4, 4, 3), dtype=np.uint8)
    frames[1, ..., 0] = 200
    found = picture_statistics(frames)
    assert found["brightness"] == pytest.approx([0, 0.299 * 200], rel=1e-5)
    assert found["contrast"] == pytest.approx([0, 0], abs=1e-4)
    assert found["saturation"].tolist() == [0, 200]
    assert found["redness"].tolist() == [0, 200]


def test_what_is_written_is_read_and_the_reference_itself_is_steady(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    embeddings = np.maximum(rng.normal(0, 1, (300, 16)), 0)
    embeddings[:, 3] = 0  # never moved
    frames = rng.integers(0, 255, (300, 8, 8, 3), dtype=np.uint8)
    probability = rng.random(300)
    write_reference(
        describe_reference(probability, np.log(probability), embeddings, frames, probability > 0.6), tmp_path
    )
    values = read_reference(tmp_path)
    assert values is not None
    known = references_of(values)
    assert {PROBABILITY, EMBEDDING, "brightness", "contrast", "saturation", "redness"} <= set(known)
    assert "embedding_mean" not in known
    mean, deviation = (np.array(values[name]) for name in ("embedding_mean", "embedding_std"))
    live = {PROBABILITY: probability, EMBEDDING: embedding_distance(embeddings, mean, deviation)}
    live |= picture_statistics(frames)
    assert {found.level for found in measure_drift(known, live)} == {DriftLevel.STEADY}


def test_a_file_of_an_earlier_version_holds_the_scores(tmp_path: Path) -> None:
    old = {"n": 3, "quantiles": [0, 0.5, 1], "malignant_probability": [0, 0.4, 1], "embedding_mean": [0.1] * 4}
    (tmp_path / REFERENCE_FILE).write_text(json.dumps(old))
    assert list(references_of(read_reference(tmp_path) or {})) == [PROBABILITY]


def test_a_missing_file_is_none_and_a_broken_one_is_told(tmp_path: Path) -> None:
    assert read_reference(tmp_path) is None
    (tmp_path / REFERENCE_FILE).write_text("{}")
    with pytest.raises(DataFolderInvalid, match="reference"):
        read_reference(tmp_path)


def test_another_malignant_share_alone_raises_no_alarm(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)

    def scores(n: int, share: float) -> tuple[np.ndarray, np.ndarray]:
        is_malignant = np.arange(n) < share * n
        return np.clip(rng.normal(np.where(is_malignant, 0.75, 0.2), 0.1), 0, 1), is_malignant

    then, label = scores(1000, 0.45)
    frames = np.zeros((1000, 2, 2, 3), dtype=np.uint8)
    values = describe_reference(then, then, rng.normal(size=(1000, 3)), frames, label)
    now, _ = scores(800, 0.066)
    [plain] = measure_drift({PROBABILITY: references_of(values)[PROBABILITY]}, {PROBABILITY: now})
    [mixed] = measure_drift({PROBABILITY: references_of(values, 0.066)[PROBABILITY]}, {PROBABILITY: now})
    assert (plain.level, mixed.level) == (DriftLevel.ALARM, DriftLevel.STEADY)
