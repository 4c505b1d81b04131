"""What F8 hides: words in a page by style, labels, tooltips and tables, which no style reaches, by leaving them out."""

import html

from dashboard import session

HIDDEN = "•••"


def private_html(words: str) -> str:
    """Words as HTML that is hidden together with the names; "" where there are none."""
    return f'<span class="lw-private">{html.escape(words)}</span>' if words else ""


def or_hidden(words: str) -> str:
    """The words, or dots while names are hidden."""
    return HIDDEN if words and session.is_private() else words
