"""`python -m core.data audit --data DIR`: what in a set of labelled images would let a network score without seeing
a disease."""

import argparse
import json
import sys
from pathlib import Path
from queue import SimpleQueue

import numpy as np
from numpy.typing import NDArray

from core import APP_VERSION
from core.classifier.classifier import Classifier
from core.data.audit import MAX_PAIRS, audit_images
from core.data.audit_file import audit_to_json, write_audit
from core.data.audit_parts import read_parts
from core.data.audit_pictures import Embedder
from core.data.audit_result import Audit
from core.data.audit_text import audit_as_text
from core.errors import LesionwiseError
from core.settings import Settings


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit status: 0, or 2 with a sentence on stderr."""
    options = _parse(arguments)
    try:
        audit = run(options)
    except LesionwiseError as error:
        print(f"{error} {error.next_step}", file=sys.stderr)
        return 2
    except (OSError, UnicodeDecodeError) as error:
        print(f"A file could not be read or written: {error}", file=sys.stderr)
        return 2
    text = json.dumps(audit_to_json(audit), ensure_ascii=False) if options.json else audit_as_text(audit)
    print(text)
    return 0


def run(options: argparse.Namespace) -> Audit:
    """Read, compare, count, and write the file that the options ask for. Raises LesionwiseError."""
    parts = read_parts(options.data, options.provenance, with_extra=options.extra)
    settings = Settings.from_environment()
    folder, n_workers = options.weights or settings.model_folder, settings.torch_threads
    embedder = load_embedder(folder, n_workers) if options.embeddings else None
    print(f"{sum(len(part.images) for part in parts):,} images in {len(parts)} parts", file=sys.stderr)
    audit = audit_images(
        parts=parts, app_version=APP_VERSION, embedder=embedder, max_pairs=options.max_pairs, n_workers=n_workers
    )
    if options.out:
        print(f"written to {write_audit(audit, options.out)}", file=sys.stderr)
    return audit


def load_embedder(folder: Path, n_workers: int) -> Embedder:
    """A network for an audit, once for each worker, on one thread each; they share no lock. Raises WeightsMissing,
    WeightsChanged or CardUnusable."""
    classifiers = [Classifier.load(folder, threads=1) for _ in range(n_workers)]
    free: SimpleQueue[Classifier] = SimpleQueue()
    for classifier in classifiers:
        free.put(classifier)

    def embed(frames: NDArray[np.uint8]) -> NDArray[np.float32]:
        classifier = free.get()
        try:
            return classifier.embeddings(frames)
        finally:
            free.put(classifier)

    card = classifiers[0].card
    return Embedder(card.name, card.weights_sha256, card.frame, embed)


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m core.data", description=__doc__)
    audit = parser.add_subparsers(dest="command", required=True).add_parser("audit", help="audit labelled images")
    audit.add_argument(
        "--data", type=Path, required=True,
        help="folder of the Kaggle set (or that holds it), ham10000-extra, folder with benign/ and malignant/, or CSV "
        "with file,malignant",
    )  # fmt: skip
    audit.add_argument("--provenance", type=Path, help="default: kaggle_provenance.csv beside the set, if there")
    audit.add_argument("--weights", type=Path, help="model folder for the embedding; default: the network in use")
    audit.add_argument(
        "--embeddings", action=argparse.BooleanOptionalAction, default=True, help="search neighbours in the embedding"
    )
    audit.add_argument(
        "--extra", action=argparse.BooleanOptionalAction, default=True, help="include ham10000-extra beside the set"
    )
    audit.add_argument("--max-pairs", type=_count, default=MAX_PAIRS, help="pairs of each kind to list (%(default)s)")
    audit.add_argument("--json", action="store_true", help="print one JSON object on stdout and nothing else")
    audit.add_argument("--out", type=Path, help="write the JSON to this file")
    return parser.parse_args(arguments)


def _count(text: str) -> int:
    value = int(text)
    if value < 0:
        raise ValueError(text)
    return value


if __name__ == "__main__":
    sys.exit(main())
