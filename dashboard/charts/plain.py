"""Plotly's texts without its markup."""

import html
import re


def plain(text: str) -> str:
    """One line: "<b>36</b><br>false alarm" becomes "36  false alarm"."""
    return html.unescape(re.sub(r"<[^>]+>", " ", text)).strip()


def plain_lines(text: str) -> str:
    """The same with its line breaks kept."""
    return "\n".join(plain(line) for line in re.split(r"<br\s*/?>", text))
