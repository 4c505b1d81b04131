"""An audit as tables and text for a terminal."""

from collections.abc import Sequence

from core.data.audit_findings import describe_tally, findings, share
from core.data.audit_result import Audit, Pair, PairsOfKind

_SHOWN = 10  # pairs of each kind; the JSON has more
Table = Sequence[Sequence[str]]


def audit_as_text(audit: Audit) -> str:
    """The findings, then what they were counted from, then the first pairs to look at."""
    blocks = ["\n".join(f"- {sentence}" for sentence in findings(audit))]
    blocks += [align(table) for table in (parts_table(audit), source_table(audit), clinical_table(audit))]
    blocks += [align(pairs_table(audit)), *(_pairs(found) for found in audit.pairs if found.to_check)]
    blocks += ["\n".join(f"not read: {file.part}/{file.file}: {file.reason}" for file in audit.unreadable)]
    return "\n\n".join(block for block in blocks if block)


def align(table: Table) -> str:
    """Columns side by side, the first to the left and the others to the right; "" for a head without rows."""
    if len(table) < 2:
        return ""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return "\n".join(_line(row, widths) for row in table)


def parts_table(audit: Audit) -> Table:
    """Class balance and lesions of each part."""
    head = ["part", "images", "benign", "malignant", "share malignant", "known lesions", "images of these"]
    return [
        head,
        *(
            [
                part.part,
                *(f"{n:,}" for n in (part.images.n, part.images.n_benign, part.images.n_malignant)),
                share(part.images.n_malignant, part.images.n),
                f"{part.n_lesions:,}",
                f"{part.n_lesion_known:,}",
            ]
            for part in audit.parts
        ),
    ]


def source_table(audit: Audit) -> Table:
    """The two sources, and how well that one bit calls malignant."""
    head = [
        "source: malignant of images",
        "HAM10000",
        "share",
        "other",
        "share",
        "accuracy",
        "ROC-AUC",
        "commoner label",
    ]
    return [
        head,
        *(
            [
                found.scope,
                f"{found.ham10000.n_malignant:,} of {found.ham10000.n:,}",
                share(found.ham10000.n_malignant, found.ham10000.n),
                f"{found.other.n_malignant:,} of {found.other.n:,}",
                share(found.other.n_malignant, found.other.n),
                f"{found.accuracy:.1%}",
                f"{found.roc_auc:.3f}",
                f"{found.commonest_share:.1%}",
            ]
            for found in audit.source
        ),
    ]


def clinical_table(audit: Audit) -> Table:
    """Age and sex of each class, with how many are known."""
    head = ["age and sex", "label", "images", "age known", "mean age", "deviation", "sex known", "female"]
    return [
        head,
        *(
            [
                facts.scope,
                label_of(facts.is_malignant),
                f"{facts.n:,}",
                f"{facts.n_age_known:,}",
                years(facts.age_mean_years),
                years(facts.age_deviation_years),
                f"{facts.n_sex_known:,}",
                share(facts.n_female, facts.n_sex_known),
            ]
            for facts in audit.clinical
        ),
    ]


def pairs_table(audit: Audit) -> Table:
    """Pairs of each kind, within a part and between two."""
    head = ["pairs", "parts", "pairs", "label conflicts", "only turned", "lesions", "images of the last part"]
    return [
        head,
        *(
            [
                found.kind.value,
                " - ".join(dict.fromkeys(count.parts)),
                f"{count.n_pairs:,}",
                f"{count.n_label_conflicts:,}",
                f"{count.n_only_turned:,}",
                f"{count.n_lesions:,}",
                describe_tally(count.images[1]),
            ]
            for found in audit.pairs
            for count in found.between
        ),
    ]


def label_of(is_malignant: bool) -> str:
    """The label's word."""
    return "malignant" if is_malignant else "benign"


def years(value: float | None) -> str:
    """A mean or deviation with one decimal."""
    return "not known" if value is None else f"{value:.1f}"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [text.rjust(width) for text, width in zip(row, widths, strict=True)]
    return "  ".join([row[0].ljust(widths[0]), *cells[1:]]).rstrip()


def _pairs(found: PairsOfKind) -> str:
    rows = [_pair(pair) for pair in found.to_check[:_SHOWN]]
    title = f"{found.kind.value}: the first {len(rows)} of {found.n_to_check:,} to look at"
    return f"{title}\n{align([['file', 'file', 'distance', 'labels'], *rows])}"


def _pair(pair: Pair) -> list[str]:
    labels = [label_of(picture.is_malignant) for picture in (pair.first, pair.second)]
    distance = f"{pair.distance:.3f}" if pair.turn is None else f"{pair.distance:.0f}"
    return [
        *("/".join(picture.key) for picture in (pair.first, pair.second)),
        distance,
        " - ".join(dict.fromkeys(labels)),
    ]
