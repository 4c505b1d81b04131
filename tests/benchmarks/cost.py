"""What a picture costs: CPU time of what can be shared out and of what one process does, and bytes on the disk.

CPU time of this process and not seconds, so that other work on the machine counts for little. docs/cost.md carries
these figures on to millions.
"""

import pickle
import time
from dataclasses import replace
from pathlib import Path

from batch_at_size import draw_many
from killed_batch import count_rows

from core.classifier.card import read_card
from core.settings import Settings
from dashboard.workflow.batch_review import save_items
from dashboard.workflow.batches import open_folder_batch
from dashboard.workflow.cluster import Job, Worker
from dashboard.workflow.group import store_group
from dashboard.workflow.pipeline import GROUP
from dashboard.workflow.record import open_record

N_IMAGES = 640
_DATABASE_BYTES = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"


def measure_cost(settings: Settings, folder: Path, n_images: int = N_IMAGES) -> dict[str, float]:
    """CPU milliseconds of an image at a worker and at the process that writes, and bytes of a case."""
    files, home = folder / "cost-files", folder / "cost-home"
    draw_many(files, n_images)
    record = open_record(replace(settings, home=home, database_url=f"sqlite:///{home / 'lesionwise.db'}"))
    batch_id = open_folder_batch(folder=files, reader="bench", record=record)
    with record.reading() as work:
        waiting = work.batches.waiting(batch_id)
    card = read_card(settings.model_folder)
    worker = Worker(Job(str(files), settings.model_folder, card.card_sha256, card.refer_threshold, is_gated=True))
    groups = [pickle.dumps(waiting[first : first + GROUP]) for first in range(0, n_images, GROUP)]
    worker({"rows": groups[:1]})
    begun = time.process_time()
    scored = worker({"rows": groups})["done"]
    handed_over = time.process_time()
    for group, pictures in map(pickle.loads, scored):
        store_group(group=group, pictures=pictures, record=record)
    stored = time.process_time()
    if save_items(batch_id=batch_id, item_ids=None, reader="bench", record=record) != n_images:
        raise ValueError(f"expected {n_images} cases")
    saved = time.process_time()
    return {
        "worker_cpu_ms_per_image": 1000 * (handed_over - begun) / n_images,
        "store_cpu_ms_per_image": 1000 * (stored - handed_over) / n_images,
        "save_cpu_ms_per_image": 1000 * (saved - stored) / n_images,
        "database_bytes_per_case": count_rows(home, _DATABASE_BYTES) / n_images,
        "picture_bytes_per_case": sum(path.stat().st_size for path in (home / "images").glob("*/*")) / n_images,
        "uploaded_bytes_per_case": sum(path.stat().st_size for path in files.iterdir()) / n_images,
    }
