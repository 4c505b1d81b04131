"""A figure with its interval, in words."""

import math

import pytest

from core.evaluation.figures import Figure, p_text


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        (Figure(0.971, 0.96, 0.981), "0.97 (0.96–0.98)"),
        (Figure(-0.29, -0.4, -0.18), "-0.29 (-0.40 to -0.18)"),
        (Figure(math.nan, math.nan, math.nan), "not defined"),
    ],
)
def test_an_interval_is_read_in_one_way(figure: Figure, expected: str) -> None:
    assert figure.as_text() == expected


def test_a_difference_of_two_roc_aucs_is_no_percentage() -> None:
    assert Figure(0.0371, -0.002, 0.055).as_difference() == "+0.037 (−0.002 to +0.055)"


@pytest.mark.parametrize(("p", "expected"), [(6.5e-201, "< 0.001"), (0.001, "0.001"), (1.0, "1.000"), (None, "")])
def test_a_p_is_written_as_people_write_it(p: float | None, expected: str) -> None:
    assert p_text(p) == expected
