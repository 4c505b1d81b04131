"""`python -m core.evaluation similar`: embed the images that a network was trained on, so that a case can be shown
beside those most like it. Test images are never among them, validation images are not either."""

import argparse
import sys
from pathlib import Path

import numpy as np

from core.classifier.classifier import Classifier
from core.data.labelled import LabelledImage
from core.errors import DataFolderInvalid
from core.evaluation.own_images import load_own_images
from core.evaluation.scorer import pass_all
from core.explanations.training_images import TrainingImage, write_training_images
from core.settings import Settings


def index_training(arguments: list[str]) -> int:
    """Run the command, whose arguments these are. Raises LesionwiseError."""
    parser = argparse.ArgumentParser(prog="python -m core.evaluation similar", description=__doc__)
    parser.add_argument("weights", type=Path, help="model folder")
    parser.add_argument("--data", type=Path, help="folder of labelled images; default: LESIONWISE_DATA")
    options = parser.parse_args(arguments)
    settings = Settings.from_environment()
    data = options.data or settings.data
    if data is None:
        raise DataFolderInvalid("Similar training images are shown from their folder, and none is given.")
    classifier = Classifier.load(options.weights, settings.torch_threads)
    own = load_own_images(classifier.card, data, settings.cache_root)
    rows = list(own.split.train)
    embeddings = np.asarray(pass_all(classifier.embeddings, own.frames[rows], "embed"), dtype=np.float16)
    images = tuple(to_training_image(own.images[i], data) for i in rows)
    path = write_training_images(images, embeddings, settings.cache_root, classifier.card.weights_sha256)
    sys.stderr.write(f"{len(images)} training images; written to {path}\n")
    return 0


def to_training_image(image: LabelledImage, data: Path) -> TrainingImage:
    """What is told of a labelled image that lies below the folder `data`."""
    return TrainingImage(
        file=image.path.relative_to(data).as_posix(),
        is_malignant=image.is_malignant,
        diagnosis=image.diagnosis or "",
        confirm_type=image.facts.get("diagnosis_confirm_type", ""),
    )
