"""What the hash of a report's content is about."""

from dataclasses import replace

from core.exports.case_report import CaseReport, hash_content
from core.exports.words_hash import hashes_of_words


def test_a_signature_leaves_the_content_as_it_was(report: CaseReport, signed: CaseReport) -> None:
    assert hash_content(report) == hash_content(signed)
    assert len(hash_content(report)) == 64


def test_every_fact_counts(report: CaseReport) -> None:
    changed = [{**report.facts, name: "another"} for name in report.facts]
    others = [replace(report, facts=facts) for facts in [*changed, {**report.facts, "sex": "female"}]]
    assert len({hash_content(one) for one in [report, *others]}) == len(others) + 1


def test_the_order_of_the_facts_does_not_count(report: CaseReport) -> None:
    turned = dict(sorted(report.facts.items(), reverse=True))
    assert hash_content(replace(report, facts=turned)) == hash_content(report)


def test_words_and_what_is_said_of_the_network_in_general_do_not_count(report: CaseReport) -> None:
    """A new evaluation or a reworded sentence would otherwise call every signed report out of date."""
    for other in (
        replace(report, measured=(("On the test set", "sensitivity 95% (92–97%)"),)),
        replace(report, limits=("Other words.",)),
        replace(report, final_assessment=(("Impression", "malignant, read from the decision"),)),
        replace(report, picture=replace(report.picture, content=b"other bytes of the same picture")),
    ):
        assert other != report
        assert hash_content(other) == hash_content(report)


def test_what_was_signed_by_its_words_is_known_by_them(report: CaseReport) -> None:
    now, before = hashes_of_words(report)
    assert now == before
    added = replace(report, final_assessment=(("Impression", "malignant, read from the decision"),))
    with_source, without = hashes_of_words(added)
    assert without == now != with_source
    for other in (replace(report, notes="Itches no more."), replace(report, case_id=13), replace(report, heatmap=None)):
        assert now not in hashes_of_words(other)
