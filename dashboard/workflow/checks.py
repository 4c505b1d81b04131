"""The gates on the way from an upload to a case, and what was stored of them."""

from dataclasses import replace

from core.domain import Analysis, Checks
from core.taxonomy import Concern
from dashboard.workflow.record import Record


def load_checks(*, case_id: int, record: Record) -> Checks | None:
    """What the gates found when the case was scored; None for a case from before there were gates."""
    with record.reading() as work:
        return work.checks.of_case(case_id)


def with_concerns(analysis: Analysis, concerns: tuple[Concern, ...]) -> Analysis:
    """The analysis with what the clinician ticked at intake, to be kept with the case."""
    if analysis.checks is None:
        return analysis
    return replace(analysis, checks=replace(analysis.checks, concerns=concerns))
