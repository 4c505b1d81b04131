"""The sentences of an audit: their numbers are those of its fields, and what was not found is not claimed."""

from dataclasses import replace

import pytest

from core.data.audit_findings import findings
from core.data.audit_result import (
    Audit,
    Balance,
    Clinical,
    NeighbourSearch,
    PairCount,
    PairKind,
    PairsOfKind,
    SourceFinding,
    Tally,
    Unreadable,
)
from core.data.audit_text import audit_as_text, pairs_table

ACROSS, WITHIN = ("train", "test"), ("train", "train")
NEAR = PairsOfKind(
    PairKind.NEAR_DUPLICATE,
    (PairCount(ACROSS, 3, 1, 2, 0, (Tally(2, 0), Tally(1, 1))), PairCount(WITHIN, 1, 0, 0, 0, (Tally(2, 2),) * 2)),
    4,
    (),
)
LESIONS = PairsOfKind(PairKind.SAME_LESION, (PairCount(ACROSS, 5, 0, 0, 4, (Tally(4, 2), Tally(5, 3))),), 5, ())
AUDIT = Audit(
    made_at="2026-01-02T03:04:05+00:00",
    app_version="0.1.0",
    max_distance=40,
    parts=(
        Balance("train", Tally(60, 20), 50, 40, {}, ""),
        Balance("test", Tally(40, 20), 30, 30, {}, ""),
    ),
    source=(
        SourceFinding("train", Tally(50, 10), Tally(10, 10), 0, 0.8, 0.75, 0.6),
        SourceFinding("train + test", Tally(80, 20), Tally(20, 20), 0, 0.8, 0.75, 0.6),
    ),
    clinical=(
        Clinical("train + test", False, 60, 58, 47.64, 14.0, 60, 30),
        Clinical("train + test", True, 40, 20, 61.36, 15.0, 20, 5),
    ),
    pairs=(PairsOfKind(PairKind.EXACT_COPY, (), 0, ()), NEAR, LESIONS),
    neighbours=None,
    unreadable=(),
)


def said(audit: Audit) -> str:
    return "\n".join(findings(audit))


def test_the_source_comes_first_and_of_the_widest_scope() -> None:
    first = findings(AUDIT)[0]
    assert (
        "The source predicts the label in train + test: of 60 benign images 60 come from HAM10000, "
        "of 40 malignant ones 20." in first
    )
    assert "right for 80.0% of the images, with a ROC-AUC of 0.750" in first
    assert "commoner label is right for 60.0%" in first


def test_a_source_that_tells_less_than_the_commoner_label_predicts_nothing() -> None:
    useless = SourceFinding("train", Tally(50, 20), Tally(50, 21), 0, 0.51, 0.51, 0.59)
    assert findings(replace(AUDIT, source=(useless,)))[0].startswith("The source does not predict the label in train:")


@pytest.mark.parametrize(
    "sentence",
    [
        "4 lesions lie on both sides of train and test: 5 images (3 malignant, 2 benign) of test show a lesion",
        "The lesion is known for 80 of 100 images;",
        "No two images have exactly the same pixels.",
        "4 pairs of near-duplicates (perceptual hash under the eight flips and turns, at most 40 of 256 bits apart), 2",
        "3 pairs of near-duplicates between train and test, 2 of them only when flipped or turned: 1 image (1 malignant"
        ", 0 benign) of test has a near-duplicate in train.",
        "Labels conflict in 1 pair (near-duplicate).",
        "benign images are 47.6 years old in the mean (known for 58 of 60), of malignant ones 61.4 (20 of 40).",
        "the age is missing for 22 images, of which 90.9% are malignant (of all: 40.0%).",
    ],
)
def test_a_finding_is_said_with_its_numbers(sentence: str) -> None:
    assert sentence in said(AUDIT)


def test_what_was_not_found_or_not_looked_for_is_not_claimed() -> None:
    bare = replace(AUDIT, source=(), clinical=(), pairs=())
    text = said(bare)
    assert "No known lesion lies in two parts." in text
    assert "No label conflicts" in text
    for word in ("source", "years", "embedding", "could not be read"):
        assert word not in text


def test_neighbours_say_how_they_were_found_and_that_they_prove_nothing() -> None:
    found = PairsOfKind(PairKind.NEIGHBOUR, (PairCount(ACROSS, 6, 2, 0, 0, (Tally(6, 0), Tally(6, 2))),), 4, ())
    audit = replace(AUDIT, pairs=(*AUDIT.pairs, found), neighbours=NeighbourSearch("net", "", 30, 12, 9, 0.125))
    text = said(audit)
    assert "In the embedding of net 30 pairs of images are each other's nearest; 12 of them are known above." in text
    assert (
        "Of the others 6 are as close as half of the 9 pairs known to show one lesion (1 - cosine at most 0.125" in text
    )
    assert "6 across parts, 2 with different labels" in text
    assert "2 are known to show two lesions that look alike; the other 4 may show one lesion or two" in text
    unlimited = replace(audit, neighbours=NeighbourSearch("net", "", 30, 12, 0, None))
    assert "The other 6: 6 across parts" in said(unlimited)


def test_unreadable_files_are_counted_and_named() -> None:
    audit = replace(AUDIT, unreadable=(Unreadable("test", "benign/3.jpg", "This file is empty."),))
    assert "1 file could not be read and is in no pair." in said(audit)
    assert "not read: test/benign/3.jpg: This file is empty." in audit_as_text(audit)


def test_the_columns_of_the_tables_stand_under_each_other() -> None:
    blocks = audit_as_text(AUDIT).split("\n\n")
    part = next(block for block in blocks if block.startswith("part "))
    head, train, test = part.splitlines()
    assert len(head) == len(train) == len(test)
    assert train.split() == ["train", "60", "40", "20", "33.3%", "40", "50"]
    assert [row[1] for row in pairs_table(AUDIT)[1:]] == ["train - test", "train", "train - test"]
