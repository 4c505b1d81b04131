"""`python -m core.training.export weights/NAME...`: export the graph of networks that were trained before."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from core.classifier.card import write_card
from core.classifier.card_text import write_card_text
from core.classifier.loading import load_network
from core.classifier.network import BackboneNetwork
from core.errors import LesionwiseError
from core.training.export.graph import export_graph


def main(arguments: list[str] | None = None) -> int:
    """Run the command: 0 when every graph was written, 2 when a network has none or is not usable."""
    parser = argparse.ArgumentParser(prog="python -m core.training.export", description=__doc__)
    parser.add_argument("folders", metavar="FOLDER", type=Path, nargs="+", help="a model folder")
    return max(_export(folder) for folder in parser.parse_args(arguments).folders)


def _export(folder: Path) -> int:
    try:
        network, card = load_network(folder)
    except LesionwiseError as error:
        print(f"{error} {error.next_step}", file=sys.stderr)
        return 2
    if not isinstance(network, BackboneNetwork):
        print(f"{folder.name}: {card.architecture} has a hidden layer before its output; it runs on torch.")
        return 2
    card = replace(card, graph_sha256=export_graph(network, card.architecture, card.frame, folder))
    write_card(card, folder)
    write_card_text(card, folder)
    print(f"{folder.name}: graph {card.graph_sha256[:12]} is written, its card names it.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
