"""The performance page as files: as a PDF and as JSON, from the values that the page shows."""

from dashboard.workflow.performance.as_json import performance_json
from dashboard.workflow.performance.as_pdf import performance_pdf
from dashboard.workflow.performance.inputs import LiveInputs, ReportInputs

__all__ = ["LiveInputs", "ReportInputs", "performance_json", "performance_pdf"]
