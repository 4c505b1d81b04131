"""A case's report: made from the record, signed, and many of them in one file."""

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.domain import CaseRecord, Checks, Heatmap, LesionImage, ModelIdentity, SignedReport
from core.errors import StorageBusy
from core.exports.bundle import join_pdfs, zip_files
from core.exports.case_facts import case_facts
from core.exports.case_report import CaseReport, ReportPicture, Signature, hash_content
from core.exports.report_pdf import render_report
from core.exports.words_hash import hashes_of_words
from core.imaging.overlay import overlay_heatmap
from core.taxonomy import HeatmapMethod
from dashboard.components.words import MAP_LEGEND, METHOD_LABEL, USE_LINE, local_time
from dashboard.workflow.batch_review import load_items
from dashboard.workflow.cases import load_case, load_picture
from dashboard.workflow.checks import load_checks
from dashboard.workflow.record import Record, utc_now
from dashboard.workflow.report_parts import (
    about_rows,
    diagnosis_rows,
    final_rows,
    first_read_rows,
    machine_part,
    measured_rows,
    model_rows,
    quality_rows,
    review_rows,
    strange_to_network,
)

_LONGEST_PX = 1400  # of a printed picture: 400 dpi at the width that it has on the page
_MAP_OPACITY = 0.6  # as on the screen at first; fixed, so that the same case gives the same report
_NAME_NOTE = "The name was chosen from the practice's list of readers; it was not authenticated."


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What is known of the network that scored: its limits, and its figures on the test set ("" where unknown) with
    the threshold that they are for."""

    limits: tuple[str, ...]
    test_figures: str
    test_threshold: float | None = None


def build_report(
    *,
    case: CaseRecord,
    image: LesionImage,
    checks: Checks | None,
    facts: ModelFacts,
    heatmap: Heatmap | None = None,
) -> CaseReport:
    """What there is to say about a case, unsigned; the stored numbers, never new ones."""
    size = f"{image.width_px} x {image.height_px} px"
    return CaseReport(
        case_id=case.case_id,
        about=about_rows(case),
        picture=_pack(image.pixels, f"As taken, {size}", case.image.blob_sha256),
        heatmap=_pack_map(case, image, heatmap) if heatmap else None,
        first_read=first_read_rows(case.first_read),
        assessment=machine_part(case.prediction),
        final_assessment=final_rows(case.finals),
        reviews=review_rows(case.reviews),
        diagnosis=diagnosis_rows(case.diagnosis),
        notes=case.notes,
        quality=quality_rows(checks),
        model=model_rows(case),
        measured=measured_rows(case.prediction, facts.test_figures, facts.test_threshold),
        limits=(*strange_to_network(case, checks), *facts.limits),
        intended_use=USE_LINE,
        facts=case_facts(case, checks, heatmap.method if heatmap else None),
    )


def preliminary_pdf(*, report: CaseReport) -> bytes:
    """The report as a PDF that says it is not signed."""
    return render_report(replace(report, signature=None))


def sign_report(*, report: CaseReport, method: HeatmapMethod | None, who: str, record: Record) -> SignedReport:
    """Lock what the report says under a name, and keep the PDF; the case counts as signed off.

    A case that was signed before gets the next revision. Raises ValueError without a name, StorageFailed, and
    RecordNotFound if the case is gone.
    """
    if not who:
        raise ValueError("expected the name of who signs, got none")
    at, earlier = utc_now(), load_signed(case_id=report.case_id, record=record)
    signature = Signature(who, at, local_time(at), len(earlier) + 1, _NAME_NOTE)
    content = render_report(replace(report, signature=signature))  # before the database is locked for writing
    with record.writing() as work:
        if len(work.signed_reports.of_case(report.case_id)) != len(earlier):
            raise StorageBusy("Somebody else signed this report a moment ago.", "Look at that report, then sign again.")
        work.signed_reports.add(
            report.case_id,
            content,
            revision=signature.revision,
            content_sha256=hash_content(report),
            heatmap_method=method,
            signed_by=who,
            signed_at=at,
        )
        work.sign_offs.add(report.case_id, signed_by=who, signed_at=at)
        detail = {"revision": signature.revision, "content_sha256": hash_content(report)}
        work.audit.add(at=at, who=who, action="sign report", entity="case", entity_id=report.case_id, detail=detail)
        return work.signed_reports.of_case(report.case_id)[0]


def load_signed(*, case_id: int, record: Record) -> tuple[SignedReport, ...]:
    """The signed reports of a case, newest first."""
    with record.reading() as work:
        return work.signed_reports.of_case(case_id)


def is_current(*, report: CaseReport, signed: SignedReport) -> bool:
    """Whether a signed report still says what there is to say; `report` is made without a heat map."""
    method = signed.heatmap_method
    if method is not None:  # of a heat map its method counts
        picture = replace(report.picture, caption=_map_caption(method))
        report = replace(report, heatmap=picture, facts={**report.facts, "heatmap": method})
    return signed.content_sha256 in (hash_content(report), *hashes_of_words(report))


def read_signed(*, report_id: int, record: Record) -> bytes:
    """The PDF as it was signed. Raises RecordNotFound."""
    with record.reading() as work:
        return work.signed_reports.content(report_id)


def collect_reports(
    *, case_ids: Iterable[int], facts_of: Callable[[ModelIdentity], ModelFacts], record: Record
) -> dict[str, bytes]:
    """For each case the newest signed report or, where nobody signed, a preliminary one, by the name of its file.

    Raises RecordNotFound or ImageRejected where a case or its picture is gone.
    """
    found = {}
    for case_id in case_ids:
        signed = load_signed(case_id=case_id, record=record)
        if signed:
            found[report_name(case_id, signed[0])] = read_signed(report_id=signed[0].report_id, record=record)
            continue
        case, _ = load_case(case_id=case_id, record=record)
        image, checks = load_picture(case=case, record=record), load_checks(case_id=case_id, record=record)
        report = build_report(case=case, image=image, checks=checks, facts=facts_of(case.prediction.model))
        found[report_name(case_id, None)] = preliminary_pdf(report=report)
    return found


def collect_batch(
    *, batch_id: int, facts_of: Callable[[ModelIdentity], ModelFacts], record: Record
) -> dict[str, bytes]:
    """The reports of a batch's saved cases, as `collect_reports` gives them; of a blind batch only what was read."""
    _, items = load_items(batch_id=batch_id, record=record)
    case_ids = [item.case_id for item in items if item.case_id is not None and item.prediction is not None]
    return collect_reports(case_ids=case_ids, facts_of=facts_of, record=record)


def reports_as_pdf(reports: dict[str, bytes]) -> bytes:
    """All reports in one PDF, each with page numbers of its own."""
    return join_pdfs(list(reports.values()))


def reports_as_zip(reports: dict[str, bytes]) -> bytes:
    """All reports, each as a file of its own."""
    return zip_files(reports)


def report_name(case_id: int, signed: SignedReport | None) -> str:
    """The name of a report's file; it names no patient."""
    return f"lesionwise-case-{case_id}-{f'signed-{signed.revision}' if signed else 'preliminary'}.pdf"


def _pack_map(case: CaseRecord, image: LesionImage, heatmap: Heatmap) -> ReportPicture:
    overlaid = overlay_heatmap(image.pixels, heatmap.values, _MAP_OPACITY)
    return _pack(overlaid, _map_caption(heatmap.method), case.image.blob_sha256)


def _map_caption(method: HeatmapMethod) -> str:
    return f"{METHOD_LABEL[method]}, opacity {_MAP_OPACITY:.0%}. {MAP_LEGEND}"


def _pack(pixels: NDArray[np.uint8], caption: str, source_sha256: str) -> ReportPicture:
    picture, buffer = Image.fromarray(pixels), io.BytesIO()
    picture.thumbnail((_LONGEST_PX, _LONGEST_PX), Image.Resampling.LANCZOS)
    picture.save(buffer, "JPEG", quality=92, subsampling=0)
    return ReportPicture(buffer.getvalue(), picture.width, picture.height, caption, source_sha256)
