"""The report as a PDF: what a sceptical reader asks for first comes first."""

from collections.abc import Iterator
from datetime import datetime

from core.classifier.card_text import INTENDED_USE, limits_of
from core.exports.performance_pdf import PerformanceReport, ReportBlock, render_performance
from dashboard.components.words import local_time
from dashboard.workflow.performance.errors import errors_block
from dashboard.workflow.performance.figures import (
    calibration_block,
    charts_block,
    deferral_block,
    headline_block,
    practice_block,
)
from dashboard.workflow.performance.inputs import ReportInputs
from dashboard.workflow.performance.measures import (
    ablations_block,
    audit_block,
    diagnosis_blocks,
    log_block,
    networks_block,
    robustness_block,
    subgroups_block,
    training_block,
)
from dashboard.workflow.performance.own_cases import own_cases_blocks


def performance_pdf(inputs: ReportInputs) -> bytes:
    """The page as a PDF: the audit's findings first, then figures, the practice, groups, networks and limits."""
    card, measured_at = inputs.card, local_time(datetime.fromisoformat(inputs.evaluation.measured_at))
    report = PerformanceReport(
        title=f"How well {card.name} does",
        subtitle=f"Version {card.version}, weights {card.weights_sha256[:12]}, measured {measured_at}",
        blocks=tuple(_blocks(inputs)),
        foot=f"Lesionwise · {card.name} {card.version} · decision support, not cleared as a medical device",
    )
    return render_performance(report)


def _blocks(inputs: ReportInputs) -> Iterator[ReportBlock]:
    if inputs.audited:
        yield ReportBlock("What the audit of the images found", inputs.audited)
    yield headline_block(inputs)
    yield from charts_block(inputs)
    yield from practice_block(inputs)
    yield from own_cases_blocks(inputs)
    yield from calibration_block(inputs)
    yield from subgroups_block(inputs)
    yield from deferral_block(inputs)
    yield from diagnosis_blocks(inputs)
    yield from robustness_block(inputs)
    yield from errors_block(inputs)
    yield from networks_block(inputs)
    yield from training_block(inputs)
    yield from ablations_block(inputs)
    yield from audit_block(inputs)
    yield from log_block(inputs)
    yield ReportBlock("Intended use and limits", (INTENDED_USE, *limits_of(inputs.card)))
