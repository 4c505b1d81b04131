"""Many reports as one PDF or as a ZIP; the same reports give the same bytes."""

import io
import zipfile
from collections.abc import Mapping, Sequence

from pypdf import PdfReader, PdfWriter

_EARLIEST = (1980, 1, 1, 0, 0, 0)  # the first moment that a ZIP can say; the clock must not get into it


def join_pdfs(reports: Sequence[bytes]) -> bytes:
    """One PDF with the pages of all, in order; each report keeps its own page numbers."""
    writer, buffer = PdfWriter(), io.BytesIO()
    for content in reports:
        writer.append(PdfReader(io.BytesIO(content)), import_outline=False)
    writer.metadata = {"/Title": f"Dermoscopy reports, {len(reports)} cases", "/Author": "Lesionwise"}
    writer.write(buffer)
    return buffer.getvalue()


def zip_files(files: Mapping[str, bytes]) -> bytes:
    """A ZIP of files by name; they are stored as they are, since a PDF is compressed already."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _EARLIEST), content)
    return buffer.getvalue()
