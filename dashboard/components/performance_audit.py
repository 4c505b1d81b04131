"""The audit of the labelled images: its findings first, then what they were counted from, then the pairs."""

from datetime import datetime

import streamlit as st

from core.data.audit_file import AUDIT_FILE
from core.data.audit_findings import findings, share
from core.data.audit_result import Audit, Clinical
from core.errors import DataFolderInvalid
from dashboard.components.frame import show_error
from dashboard.components.performance_pairs import draw_pairs
from dashboard.components.tables import Cell, draw_points, draw_table
from dashboard.components.words import local_time, plural
from dashboard.measured import get_audit, get_audit_findings

_N_FIRST = 3  # the findings come in the order of what weighs most


def draw_findings() -> bool:
    """What weighs most of the audit, in front of the figures that it bears on; whether there was any."""
    try:
        found = get_audit_findings()
    except DataFolderInvalid as error:  # a broken audit hides none of the figures
        show_error(error)
        return False
    if found:
        draw_points("What the audit of the images found", found[:_N_FIRST])
        st.caption("All findings, and the pairs to look at: section “Data audit” below.")
    return bool(found)


def draw_audit() -> None:
    """What in the images would let a network score without seeing a disease."""
    audit = get_audit()
    if audit is None:
        st.info(
            f"No data audit is installed. `python -m core.data audit --data DIR --out weights/{AUDIT_FILE}` makes one.",
            icon=":material/info:",
        )
        return
    draw_points("What the audit of the images found", findings(audit))
    _draw_parts(audit)
    if audit.source:
        _draw_source(audit)
    if any(facts.n_age_known or facts.n_sex_known for facts in audit.clinical):
        _draw_clinical(audit)
    _draw_pair_counts(audit)
    st.caption(_about(audit))
    draw_pairs(audit)


def _draw_parts(audit: Audit) -> None:
    head = ["Images", "Benign", "Malignant", "Share malignant", "Known lesions", "Diagnoses"]
    rows: list[list[str | Cell]] = [
        [
            Cell(part.part, plural(part.images.n, "image")),
            f"{part.images.n_benign:,}",
            f"{part.images.n_malignant:,}",
            share(part.images.n_malignant, part.images.n),
            Cell(f"{part.n_lesions:,}", f"of {plural(part.n_lesion_known, 'image')}"),
            ", ".join(f"{name} {images.n:,}" for name, images in part.by_diagnosis.items()) or "not known",
        ]
        for part in audit.parts
    ]
    draw_table(head, rows)


def _draw_source(audit: Audit) -> None:
    head: list[str | Cell] = ["Source", Cell("HAM10000", "malignant"), Cell("Other", "malignant")]
    head += [Cell("Accuracy", "of “not HAM10000”"), Cell("ROC-AUC", "of that one bit"), "Always the commoner label"]
    rows: list[list[str | Cell]] = [
        [
            found.scope,
            *(
                Cell(share(source.n_malignant, source.n), f"{source.n_malignant:,} of {source.n:,}")
                for source in (found.ham10000, found.other)
            ),
            f"{found.accuracy:.1%}",
            f"{found.roc_auc:.3f}",
            f"{found.commonest_share:.1%}",
        ]
        for found in audit.source
    ]
    draw_table(head, rows)


def _draw_clinical(audit: Audit) -> None:
    head = ["Age and sex", "Label", "Images", "Mean age", "Female"]
    rows: list[list[str | Cell]] = [
        [
            facts.scope,
            "malignant" if facts.is_malignant else "benign",
            f"{facts.n:,}",
            _age(facts),
            Cell(share(facts.n_female, facts.n_sex_known), f"n known {facts.n_sex_known:,}"),
        ]
        for facts in audit.clinical
    ]
    draw_table(head, rows)


def _age(facts: Clinical) -> Cell:
    known = f"n known {facts.n_age_known:,}"
    if facts.age_mean_years is None or facts.age_deviation_years is None:
        return Cell("not known", known)
    return Cell(f"{facts.age_mean_years:.1f} years", f"± {facts.age_deviation_years:.1f}, {known}")


def _draw_pair_counts(audit: Audit) -> None:
    head: list[str | Cell] = [
        "Kind of pair",
        "Parts",
        "Pairs",
        Cell("Labels", "differ"),
        Cell("Only", "flipped or turned"),
    ]
    head += [Cell("Known lesions", "shown by both"), Cell("Images", "of the last part")]
    rows: list[list[str | Cell]] = [
        [
            found.kind.value.capitalize(),
            " and ".join(dict.fromkeys(count.parts)),
            f"{count.n_pairs:,}",
            f"{count.n_label_conflicts:,}",
            f"{count.n_only_turned:,}",
            f"{count.n_lesions:,}",
            Cell(f"{count.images[1].n:,}", f"{count.images[1].n_malignant:,} malignant"),
        ]
        for found in audit.pairs
        for count in found.between
    ]
    if rows:
        draw_table(head, rows)


def _about(audit: Audit) -> str:
    made = local_time(datetime.fromisoformat(audit.made_at))
    lists = ", ".join(f"{part.part} {part.file_list_sha256[:12]}" for part in audit.parts)
    network = f" Embedding: {audit.neighbours.network}, weights {audit.neighbours.weights_sha256[:12]}." if (
        audit.neighbours
    ) else " No network was asked for neighbours."  # fmt: skip
    return (
        f"Made {made} by Lesionwise {audit.app_version} of the file lists {lists}.{network} All figures are counts of "
        "these files, not estimates, so they have no interval."
    )
