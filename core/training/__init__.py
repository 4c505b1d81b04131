"""Labelled images to a network that can serve: `python -m core.training`."""
