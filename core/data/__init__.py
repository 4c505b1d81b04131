"""Labelled images: from a folder or a CSV to rows, and from rows to parts that keep lesions together."""
