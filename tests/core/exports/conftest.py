"""A report with every part filled."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.exports.case_report import CaseReport, LikelyKind, MachineAssessment, ReportPicture, Signature
from core.imaging.drawn import DrawnLesion, draw_jpeg
from core.taxonomy import Band

LESION = draw_jpeg(DrawnLesion(width_px=300, height_px=225))


@pytest.fixture
def report() -> CaseReport:
    picture = ReportPicture(LESION, 300, 225, "As taken, 300 x 225 px", "c" * 64)
    return CaseReport(
        case_id=12,
        about=(("Patient", "P-0173"), ("Age, sex", "61 years, female"), ("Visit", "12 Mar 2026")),
        picture=picture,
        heatmap=replace(picture, caption="Where the network looked, not where the disease is"),
        assessment=MachineAssessment(
            band=Band.REFER,
            sign="▲",
            label="Refer",
            probability="72%",
            sentences=("Refer from 30.7%.",),
            next_step="Next: specialist assessment.",
            differential=(LikelyKind("Melanoma", "malignant", 0.61), LikelyKind("Nevus", "", 0.004)),
            differential_note="Other kinds exist.",
        ),
        model=(("Network", "small-net 1.0"), ("Weights SHA-256", "a" * 64)),
        measured=(("On the test set", "sensitivity 94% (91–96%)"),),
        limits=("Not validated for nails.",),
        intended_use="Decision support.",
        facts={"case_id": 12, "pseudonym": "P-0173", "age_years": 61},
        first_read=(("Impression", "benign"), ("By", "Dr. Ana Example")),
        final_assessment=(("Impression", "malignant"),),
        reviews=(("12 Mar 2026", "Refer: blue veil"),),
        diagnosis=(("Diagnosis", "melanoma"),),
        quality=(("Sharpness", "8.1, in the usual range"),),
        notes="Itches.",
    )


@pytest.fixture
def signed(report: CaseReport) -> CaseReport:
    at = datetime(2026, 3, 12, 12, 5, tzinfo=UTC)
    return replace(report, signature=Signature("Dr. Ana Example", at, "12 Mar 2026, 12:05 UTC", 1, "By name only."))
