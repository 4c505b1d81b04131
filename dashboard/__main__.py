"""`python -m dashboard serve [--port N]` and
`python -m dashboard batch ADDRESS [--csv FILE] [--override REASON] [--ray [CLUSTER]] [--workers N]`."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from core.errors import LesionwiseError
from core.settings import PROJECT_ROOT, Settings
from dashboard.workflow.record import open_record

if TYPE_CHECKING:
    from dashboard.workflow.pipeline import ScoreFiles


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns the exit status."""
    options = _parse(arguments)
    try:
        if options.command == "serve":
            return serve(options.port)
        return batch(options.address, options.csv, options.override, options.ray, options.workers)
    except LesionwiseError as error:
        print(f"{error} {error.next_step}", file=sys.stderr)
        return 2


def serve(port: int) -> int:
    """Bring the database to its newest schema and serve on 127.0.0.1, in this process: what was imported for the one
    need not be imported anew for the other."""
    settings = Settings.from_environment()
    try:
        open_record(settings)
    except LesionwiseError as error:  # the app starts all the same and says so on its first page
        print(f"{error} {error.next_step}", file=sys.stderr)
    print(f"Lesionwise: http://127.0.0.1:{port}  (stop with Ctrl+C)", flush=True)
    os.chdir(PROJECT_ROOT)  # .streamlit/config.toml is read from the current directory
    from streamlit.web import cli

    cli.main(["run", "dashboard/app.py", "--server.port", str(port)], prog_name="streamlit", standalone_mode=False)
    return 0


def batch(address: str, csv: Path | None, override_reason: str = "", ray: str | None = None, n_workers: int = 0) -> int:
    """Score and save every picture of a folder, here or at an address that fsspec knows.

    Started again, it goes on where it was and doubles nothing.
    What a gate holds back is scored for the reason given, if there is one. With `ray`, a cluster's address or "" for
    this machine, its workers score.
    """
    from core.classifier.classifier import Classifier
    from core.gates.assess import Gates
    from dashboard.workflow import batch_gates, batch_review, batch_table, batches, pipeline
    from dashboard.workflow.practice import load_practice
    from dashboard.workflow.threshold import threshold_in_force

    folder = address if "://" in address else Path(address)
    if isinstance(folder, Path) and not folder.is_dir():
        print(f"There is no folder {folder}.", file=sys.stderr)
        return 2
    if isinstance(folder, str) and not batches.pictures_in(folder):
        print(f"There is no folder {folder}, or no picture in it.", file=sys.stderr)
        return 2
    settings = Settings.from_environment()
    record = open_record(settings)
    model_folder = settings.weights_root / load_practice(record=record, settings=settings).model
    classifier = Classifier.load(model_folder, settings.torch_threads)
    gates = Gates.load(model_folder, classifier.card)
    own_threshold = threshold_in_force(card=classifier.card, record=record)
    if own_threshold is not None:
        classifier = classifier.at_threshold(own_threshold)
    batch_id = batches.open_folder_batch(folder=folder, reader="terminal", record=record)
    n_waiting = batches.load_summary(batch_id=batch_id, record=record).n_waiting
    score = pipeline.score_files if ray is None else _on_cluster(ray, n_workers, model_folder)
    with tqdm(total=n_waiting, unit="image", desc="batch") as bar:
        batches.run_batch(
            batch_id=batch_id, classifier=classifier, record=record, gates=gates, report=bar.update, score=score
        )
    if override_reason:
        batch_gates.override_all(
            batch_id=batch_id,
            reason=override_reason,
            classifier=classifier,
            gates=gates,
            reader="terminal",
            record=record,
        )
    n_new = batch_review.save_items(batch_id=batch_id, item_ids=None, reader="terminal", record=record)
    summary, items = batch_review.load_items(batch_id=batch_id, record=record)
    if csv is not None:
        csv.write_bytes(batch_table.batch_csv(items))
    print(
        f"{n_new} new cases, {summary.n_saved} in all, {summary.n_rejected} files without a score (batch {batch_id})."
    )
    return 0


def _on_cluster(address: str, n_workers: int, model_folder: Path) -> "ScoreFiles":
    from dashboard.workflow.cluster import Cluster, on_cluster

    return on_cluster(Cluster(address, n_workers), model_folder)


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m dashboard", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    serve_parser = commands.add_parser("serve", help="serve the dashboard on 127.0.0.1")
    serve_parser.add_argument("--port", type=int, default=8501)
    batch_parser = commands.add_parser("batch", help="score and save every picture of a folder")
    batch_parser.add_argument("address", help="a folder, or an address that fsspec knows, such as s3://bucket/morning")
    batch_parser.add_argument("--csv", type=Path, help="write the results here as well")
    batch_parser.add_argument("--override", default="", help="score what a gate holds back, for this reason")
    by_ray = "by the workers of a Ray cluster: of the one at this address, or of this machine"
    batch_parser.add_argument("--ray", nargs="?", const="", metavar="CLUSTER", help=by_ray)
    batch_parser.add_argument("--workers", type=int, default=0, help="of the cluster, one for each core by default")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
