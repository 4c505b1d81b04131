"""What a training is made of; the whole recipe is kept in the model card."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from core.classifier.network import LESION_CNN
from core.imaging.frame import FrameRule

_IMAGENET_MEAN = (0.485, 0.456, 0.406)
_IMAGENET_STD = (0.229, 0.224, 0.225)
_HALF = (0.5, 0.5, 0.5)
# The small network starts at random, has one output, and has no blocks to leave out.
_WITHOUT_BACKBONE: dict[str, Any] = {"is_pretrained": False, "diagnosis_weight": 0.0, "drop_path": 0.0}


class TrainingSet(StrEnum):
    """Which images a network learns from.

    `PUBLISHED_PROTOCOL` is the Kaggle set's train part alone, as published work uses it. `CLINIC` leaves out whatever
    shows a lesion of its test part and adds the rest of HAM10000, with a differential as second output.
    """

    PUBLISHED_PROTOCOL = "published-protocol"
    CLINIC = "clinic"


@dataclass(frozen=True, slots=True)
class Recipe:
    """Every choice of a training. Learning rates are for AdamW; `warmup_epochs` rise linearly, then a cosine falls.

    `smallest_crop` and `largest_crop` are the least and the most that a random crop shows, as a share of the frame's
    area (above 1 the frame is mirrored beyond its edge), `longest_sides` the most that its sides differ;
    `has_quarter_turns_only` leaves out the angles that blur a frame; `colour_cast` is how far each channel's gain
    strays, `artefacts` the share of images that something is drawn over, `soften` the share that loses resolution,
    `compress` the share that goes through a JPEG before it is moved (half of it once more, after).
    `split_seed` alone decides who validates, so that networks of several seeds can teach one without having seen its
    validation. `images_per_epoch` are drawn balanced by kind of lesion; without it each image comes once.
    `diagnosis_weight` and `source_weight` weigh the second output's loss and the penalty on telling where a picture is
    from. `mixup` is the parameter of the Beta distribution (Zhang et al., ICLR 2018), 0 for none. `is_backbone_frozen`
    trains the linear layers alone. `start_from` names the SHA-256 of earlier networks of the same architecture whose
    weights, or the mean of whose weights, are gone on with: a warm restart (Loshchilov & Hutter, ICLR 2017) from a soup
    (Wortsman et al., ICML 2022). `input_px` is the side of the frame that the network is given; crops of it are drawn
    at `training_px`, where that is named: they make things look larger in training than in use, which a larger frame
    makes good (Touvron et al., "Fixing the train-test resolution discrepancy", NeurIPS 2019). `is_oriented` turns every
    frame the one way up in use, as `FrameRule` says; training shows all eight. `teachers` names the SHA-256 of the
    networks whose mean answer to the very pictures of a step is learnt from, and `teacher_share` how much of the loss
    that is (Beyer et al., "Knowledge distillation: a good teacher is patient and consistent", CVPR 2022).
    """

    architecture: str = "tf_efficientnet_lite0"
    training_set: TrainingSet = TrainingSet.PUBLISHED_PROTOCOL
    images_per_epoch: int | None = None
    diagnosis_weight: float = 0.0
    source_weight: float = 0.0
    epochs: int = 14
    batch_size: int = 32
    learning_rate: float = 6e-4
    weight_decay: float = 0.02
    warmup_epochs: float = 1.0
    dropout: float = 0.3
    drop_path: float = 0.1
    ema_decay: float = 0.995
    smallest_crop: float = 0.65
    largest_crop: float = 1.0
    longest_sides: float = 1.25
    has_quarter_turns_only: bool = False
    colour_cast: float = 0.0
    artefacts: float = 0.0
    soften: float = 0.0
    compress: float = 0.0
    mixup: float = 0.0
    patience: int = 6
    validation_share: float = 0.15
    seed: int = 7
    split_seed: int = 7
    is_pretrained: bool = True
    is_backbone_frozen: bool = False
    input_px: int = 224
    training_px: int | None = None
    is_oriented: bool = False
    limit: int | None = None
    start_from: tuple[str, ...] = ()
    teachers: tuple[str, ...] = ()
    teacher_share: float = 0.8

    @property
    def frame_rule(self) -> FrameRule:
        """Input size, and the standardisation that the ImageNet weights were trained with."""
        is_half = self.architecture.startswith("tf_efficientnet_lite") or self.architecture == LESION_CNN
        mean, std = (_HALF, _HALF) if is_half else (_IMAGENET_MEAN, _IMAGENET_STD)
        return FrameRule(self.input_px, self.input_px, mean, std, is_oriented=self.is_oriented)


def default_recipe(architecture: str, training_set: TrainingSet = TrainingSet.PUBLISHED_PROTOCOL) -> Recipe:
    """The recipe that a kind of network is trained with unless the command line says otherwise."""
    if training_set is TrainingSet.CLINIC:
        clinic = Recipe(
            architecture=architecture,
            training_set=training_set,
            epochs=16,
            images_per_epoch=4500,
            diagnosis_weight=0.5,
            source_weight=0.1,
            learning_rate=5e-4,
            weight_decay=0.05,
            ema_decay=0.997,
            longest_sides=1.5,
            colour_cast=0.1,
            artefacts=0.3,
            soften=0.3,
            compress=0.9,
            mixup=0.1,
            is_oriented=True,
        )
        return replace(clinic, **_WITHOUT_BACKBONE) if architecture == LESION_CNN else clinic
    if architecture == LESION_CNN:
        cnn = Recipe(architecture=architecture, epochs=12, learning_rate=1e-3, patience=10)
        return replace(cnn, **_WITHOUT_BACKBONE)
    return Recipe(architecture=architecture, is_oriented=True)
