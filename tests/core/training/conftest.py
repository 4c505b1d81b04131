"""A small folder of both data sets, drawn by the tests."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data.ham_extra import HAM_FOLDER
from core.data.labelled import KAGGLE_FOLDER, PROVENANCE_FILE

N_KAGGLE, N_TEST, N_HAM = 30, 6, 80
KINDS = ("nv", "mel", "bkl", "bcc")


def noise(path: Path, seed: int) -> None:
    """A picture that is like no other; the same seed gives the same one."""
    coarse = np.random.default_rng(seed).integers(0, 255, (8, 8, 3), dtype=np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(coarse).resize((64, 48), Image.Resampling.BICUBIC).save(path, quality=95)


def write_csv(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Kaggle images of both classes, the first of each showing the lesion of a test image; one HAM image is a copy of
    another test image. Half of the malignant Kaggle images have no provenance."""
    root, provenance = tmp_path_factory.mktemp("data"), []
    for part, n in (("train", N_KAGGLE), ("test", N_TEST)):
        for label, dx in (("benign", "nv"), ("malignant", "mel")):
            for i in range(n):
                file = f"{part}/{label}/{i}.jpg"
                noise(root / KAGGLE_FOLDER / file, hash_of(file))
                lesion = f"shared-{label}" if i == 0 else file
                if label == "benign" or i % 2 == 0:
                    provenance.append({"kaggle_file": file, "lesion_id": lesion, "dx": dx, "diagnosis": dx})
    write_csv(root / PROVENANCE_FILE, provenance)
    extra = []
    for i in range(N_HAM):
        name, dx = f"ISIC_{i:04}", KINDS[i % 4]
        noise(root / HAM_FOLDER / "images" / f"{name}.jpg", hash_of("test/benign/1.jpg") if i == 5 else 10_000 + i)
        label = "1" if dx in ("mel", "bcc") else "0"
        age = str(30 + i % 50)
        extra.append({"isic_id": name, "lesion_id": f"L{i // 8}-{dx}", "dx": dx, "malignant": label, "age_approx": age})
    write_csv(root / HAM_FOLDER / "metadata.csv", extra)
    return root


def hash_of(name: str) -> int:
    return sum(ord(letter) * pow(31, n, 100_000) for n, letter in enumerate(name)) % 100_000
