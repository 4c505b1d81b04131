"""`python -m core.training --data DIR --out weights/NAME`: train, or go on with, one network."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch

from core.classifier.card import read_card
from core.classifier.loading import load_network
from core.errors import LesionwiseError
from core.settings import Settings
from core.training.curve import draw_curve, line_of, write_curve
from core.training.data import load_training_data
from core.training.finish import finish_model
from core.training.loop import Epoch, Trainer
from core.training.memory import keep_freed_memory
from core.training.objective import Teachers
from core.training.pretrained import make_network, mean_weights
from core.training.recipe import Recipe, TrainingSet, default_recipe

CHECKPOINT_FILE = "checkpoint.pt"
_TUNED = {
    **dict.fromkeys(("epochs", "batch_size", "seed", "images_per_epoch", "input_px", "patience"), int),
    **dict.fromkeys(
        (
            "learning_rate", "weight_decay", "drop_path", "ema_decay", "mixup", "smallest_crop", "largest_crop",
            "longest_sides", "colour_cast", "artefacts", "soften", "compress", "validation_share", "source_weight",
            "teacher_share",
        ),
        float,
    ),
}  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    options = _parse(arguments)
    try:
        train(options.data, options.out, _recipe(options), options.start_from, options.teachers)
    except (LesionwiseError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def train(
    data_root: Path, out: Path, recipe: Recipe, start_from: Sequence[Path] = (), teachers: Sequence[Path] = ()
) -> None:
    """Train until the recipe says stop, going on from a checkpoint in `out`, and write the model folder.

    `start_from` are model folders of the same architecture, the mean of whose weights are the first ones; `teachers`
    are model folders whose networks are learnt from.
    """
    settings = Settings.from_environment()
    torch.set_num_threads(settings.torch_threads)
    keep_freed_memory()
    torch.manual_seed(recipe.seed)
    data = load_training_data(data_root, recipe, settings.cache_root)
    network, origin = make_network(recipe)
    if start_from:
        network.load_state_dict(mean_weights([load_network(folder)[0].state_dict() for folder in start_from]))
        names = " + ".join(f"{folder.name} (weights {read_card(folder).weights_sha256[:12]})" for folder in start_from)
        how = "a warm restart from" if recipe.epochs else "the mean of"
        origin = f"{how} {names}; the first from {read_card(start_from[0]).facts['initial_weights']}"
    print(f"{recipe.architecture} ({origin}): {len(data.split.train)} images to train on, "
          f"{len(data.split.validation)} to validate on", file=sys.stderr)  # fmt: skip
    trainer = Trainer(
        network, recipe, data.frames, data.targets, data.split, out / CHECKPOINT_FILE, _teachers(teachers)
    )
    progress = line_of(trainer.run(_print_epoch), start_from)
    card = finish_model(trainer.network.cpu(), recipe, data, progress, origin, out)
    write_curve(progress.curve, out)
    draw_curve(progress.curve, out, f"{out.name}: {recipe.architecture}")
    validation = card.facts["validation"]
    print(f"{out}: validation ROC-AUC {validation['roc_auc']:.4f}, temperature {card.temperature:.3f}, "
          f"refer at {card.refer_threshold:.3f}, no concern below {card.no_concern_threshold:.3f}",
          file=sys.stderr)  # fmt: skip


def _teachers(folders: Sequence[Path]) -> Teachers | None:
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return Teachers([load_network(folder)[0].to(device) for folder in folders]) if folders else None


def _print_epoch(row: Epoch) -> None:
    print(f"epoch {row.epoch}: loss {row.train_loss:.4f}, validation loss {row.validation_loss:.4f}, "
          f"ROC-AUC {row.validation_roc_auc:.4f}, accuracy {row.validation_accuracy:.4f}, "
          f"{row.seconds:.0f} s", file=sys.stderr)  # fmt: skip


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m core.training", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the Kaggle set, or the one that holds it")
    parser.add_argument("--out", type=Path, required=True, help="model folder to write, for example weights/NAME")
    parser.add_argument("--architecture", default="tf_efficientnet_lite0", help="lesion_cnn or a name of timm's list")
    parser.add_argument(
        "--training-set", type=TrainingSet, choices=list(TrainingSet), default=TrainingSet.PUBLISHED_PROTOCOL,
        help="published-protocol: the Kaggle train part alone; clinic: with the rest of HAM10000, without test lesions",
    )  # fmt: skip
    parser.add_argument("--limit", type=int, help="take so many images of each class only, for a trial")
    parser.add_argument("--training-px", type=int, help="side of the crops, where it is not --input-px")
    for name, kind in _TUNED.items():
        parser.add_argument("--" + name.replace("_", "-"), type=kind, help="default: the recipe's")
    parser.add_argument("--quarter-turns", action="store_true", help="turn pictures by quarters only")
    parser.add_argument("--as-taken", action="store_true", help="in use, give frames as they lie, not the one way up")
    parser.add_argument(
        "--start-from", type=Path, nargs="+", default=[], metavar="DIR",
        help="go on from the weights of this model folder, or from the mean of several",
    )  # fmt: skip
    parser.add_argument(
        "--teachers", type=Path, nargs="+", default=[], metavar="DIR",
        help="model folders whose mean answer is learnt from, trained on the same images",
    )  # fmt: skip
    parser.add_argument("--head-only", action="store_true", help="train the last linear layers alone")
    parser.add_argument("--from-scratch", action="store_true", help="no ImageNet weights")
    return parser.parse_args(arguments)


def _recipe(options: argparse.Namespace) -> Recipe:
    names = ("limit", "training_px", *_TUNED)
    given = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    recipe = replace(default_recipe(options.architecture, options.training_set), **given)
    recipe = replace(recipe, is_backbone_frozen=options.head_only, has_quarter_turns_only=options.quarter_turns)
    recipe = replace(recipe, is_oriented=recipe.is_oriented and not options.as_taken)
    recipe = replace(recipe, teachers=tuple(read_card(folder).weights_sha256 for folder in options.teachers))
    if options.start_from:
        cards = [read_card(folder) for folder in options.start_from]
        if other := next((card for card in cards if card.architecture != recipe.architecture), None):
            raise ValueError(f"{other.name} is a {other.architecture}; expected {recipe.architecture}")
        return replace(recipe, is_pretrained=False, start_from=tuple(card.weights_sha256 for card in cards))
    return replace(recipe, is_pretrained=False) if options.from_scratch else recipe


if __name__ == "__main__":
    sys.exit(main())
