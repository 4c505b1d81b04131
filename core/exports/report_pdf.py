"""A case's report as a PDF. The same report gives the same bytes: no clock and no name of a file gets into it."""

import functools
import io
from typing import Any

from reportlab.lib.units import mm
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate

from core.exports import pdf_parts as parts
from core.exports.case_report import CaseReport, hash_content
from core.exports.pdf_style import BOLD, FONT, GREY, INK, LINE, MARGIN, PAGE_HEIGHT, PAGE_WIDTH, WIDTH, load_fonts

_BOTTOM, _TOP = 20 * mm, 20 * mm


def render_report(report: CaseReport) -> bytes:
    """The report as a PDF of one or more A4 pages; each says its number, the case and whether it is signed."""
    load_fonts()
    _, n_pages = _build(report, n_pages=0)
    content, _ = _build(report, n_pages=n_pages)
    return content


def _build(report: CaseReport, n_pages: int) -> tuple[bytes, int]:
    """Set the report; the number of pages is known only after a first time."""
    buffer = io.BytesIO()
    document = BaseDocTemplate(
        buffer,
        pagesize=(PAGE_WIDTH, PAGE_HEIGHT),
        invariant=1,
        title=f"Dermoscopy report, case {report.case_id}",  # no pseudonym: metadata travels further than the page
        author="Lesionwise",
        lang="en",
        initialFontName=FONT,  # or every page names Helvetica, which is not embedded
    )
    frame = Frame(MARGIN, _BOTTOM, WIDTH, PAGE_HEIGHT - _BOTTOM - _TOP, 0, 0, 0, 0)
    draw = functools.partial(_draw_edges, report=report, n_pages=n_pages)
    document.addPageTemplates(PageTemplate(frames=[frame], onPage=draw))
    document.build(_story(report))
    return buffer.getvalue(), document.page


def _story(report: CaseReport) -> parts.Flowables:
    return [
        *parts.head(report),
        *parts.about(report.about),
        *parts.pictures_and_reads(report),
        *parts.section("Reviews", report.reviews),
        *parts.section("Confirmed diagnosis", report.diagnosis),
        *parts.words("Notes", report.notes),
        *parts.section("Image quality", report.quality, size=7.6),
        *parts.section("Model", (*report.model, *report.measured), size=7.2),
        *parts.limits(report.limits, report.intended_use),
        *parts.signature_box(report.signature, hash_content(report)),
    ]


def _draw_edges(canvas: Any, document: Any, *, report: CaseReport, n_pages: int) -> None:  # noqa: ANN401
    """Head and foot of each page, and across an unsigned one what it is."""
    canvas.saveState()
    if report.signature is None:
        _draw_watermark(canvas)
    canvas.setFillColor(GREY)
    canvas.setFont(FONT, 7)
    head, foot = PAGE_HEIGHT - 12 * mm, 12 * mm
    canvas.drawString(MARGIN, head, "Lesionwise · decision support for dermoscopy, not cleared as a medical device")
    status = "preliminary" if report.signature is None else "signed"
    canvas.drawRightString(PAGE_WIDTH - MARGIN, head, f"Case {report.case_id} · {status}")
    canvas.drawString(MARGIN, foot, f"Case {report.case_id} · content {hash_content(report)[:16]}")
    canvas.drawRightString(PAGE_WIDTH - MARGIN, foot, f"Page {document.page} of {n_pages}")
    canvas.setStrokeColor(LINE)
    canvas.line(MARGIN, foot + 3.5 * mm, PAGE_WIDTH - MARGIN, foot + 3.5 * mm)
    canvas.restoreState()


def _draw_watermark(canvas: Any) -> None:  # noqa: ANN401
    canvas.saveState()
    canvas.setFillColor(INK)
    canvas.setFillAlpha(0.05)
    canvas.setFont(BOLD, 68)
    canvas.translate(PAGE_WIDTH / 2, PAGE_HEIGHT / 2)
    canvas.rotate(52)
    canvas.drawCentredString(0, -24, "PRELIMINARY")
    canvas.restoreState()
