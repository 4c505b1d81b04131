"""What the hash of a report's content is about."""

from dataclasses import replace

import pytest

from core.exports.case_report import CaseReport, hash_content


def test_a_signature_leaves_the_content_as_it_was(report: CaseReport, signed: CaseReport) -> None:
    assert hash_content(report) == hash_content(signed)
    assert len(hash_content(report)) == 64


@pytest.mark.parametrize(
    "name", ["about", "first_read", "final_assessment", "reviews", "diagnosis", "quality", "model"]
)
def test_every_row_counts(report: CaseReport, name: str) -> None:
    rows = getattr(report, name)
    changed = ((rows[0][0], rows[0][1] + "."), *rows[1:])
    assert hash_content(replace(report, **{name: changed})) != hash_content(report)  # type: ignore[arg-type]


def test_every_other_word_and_the_picture_count(report: CaseReport) -> None:
    other = [
        replace(report, notes="Itches no more."),
        replace(report, case_id=13),
        replace(report, heatmap=None),
        replace(report, picture=replace(report.picture, source_sha256="d" * 64)),
        replace(report, assessment=replace(report.assessment, probability="71%")),
        replace(report, assessment=replace(report.assessment, differential=())),
    ]
    assert len({hash_content(one) for one in [report, *other]}) == 7


def test_what_is_said_of_the_network_in_general_does_not_count(report: CaseReport) -> None:
    """A new evaluation or a reworded card would otherwise call every signed report out of date."""
    said = replace(report.assessment, next_step="Ask.", differential_note="", label="Refer now", sentences=())
    for other in (
        replace(report, measured=(("On the test set", "sensitivity 95% (92–97%)"),)),
        replace(report, limits=("Other words.",)),
        replace(report, intended_use="Other words."),
        replace(report, assessment=said),
    ):
        assert other != report
        assert hash_content(other) == hash_content(report)


def test_how_a_picture_is_packed_does_not_count(report: CaseReport) -> None:
    packed = replace(report, picture=replace(report.picture, content=b"other bytes of the same picture"))
    assert hash_content(packed) == hash_content(report)
