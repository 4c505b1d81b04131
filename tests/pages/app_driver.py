"""The app in AppTest as a reader uses it: pages by name, fields and buttons by label, what is said as text."""

import json
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import UnknownElement

ENTRY = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"
TIMEOUT_S = 20


class App:
    """The app as a reader uses it: pages by name, fields and buttons by label. `test` is the AppTest."""

    def __init__(self) -> None:
        self.test = AppTest.from_file(str(ENTRY), default_timeout=TIMEOUT_S)

    def open(self, page: str = "analyse", **query: str) -> "App":
        """Go to a page by the name of its file, such as "performance"; no page may end in an exception."""
        self.test.query_params.clear()
        for name, value in query.items():
            self.test.query_params[name] = value
        self.test.run()
        self.test.switch_page(f"../pages/{page}.py")
        return self.run()

    def run(self) -> "App":
        """Run the page again, as after each click."""
        self.test.run()
        assert not self.test.exception, [error.message for error in self.test.exception]
        return self

    def press(self, label: str) -> "App":
        """Press a button by the beginning of its label."""
        self.button(label).click()
        return self.run()

    def classify(self) -> "App":
        """Have the picture scored; the first read is skipped where one is asked for."""
        if self.has_button("Skip"):
            self.press("Skip")
        return self.press("Classify Skin Lesion")

    def choose(self, key: str, option: object) -> "App":
        """Choose an option of a segmented control by its key."""
        self.test.button_group(key=key).set_value(option)
        return self.run()

    def open_details(self) -> "App":
        """Open what was measured of the picture, which is drawn once it is open."""
        self.test.session_state["measured-details"] = True
        return self.run()

    def upload(self, *files: tuple[str, bytes]) -> "App":
        """Give files to the page's uploader."""
        named = [(name, content, "application/octet-stream") for name, content in files]
        self.test.file_uploader[0].set_value(named)
        return self.run()

    def field(self, label: str) -> Any:  # noqa: ANN401  (a widget of any kind)
        """The one widget with that label."""
        [found] = [element for element in self.test.main if getattr(element, "label", None) == label]
        return found

    def set(self, label: str, value: object) -> "App":
        """Type or set a value into the field with that label."""
        self.field(label).set_value(value)
        return self.run()

    def select(self, label: str, option: str) -> "App":
        """Choose from the selectbox with that label, by what the option is called on the screen."""
        self.field(label).select(option)
        return self.run()

    def button(self, label: str) -> Any:  # noqa: ANN401  (a button, in a form or out of it)
        """The one button whose label begins like that."""
        [button] = [button for button in self.test.button if button.label.startswith(label)]
        return button

    def button_at(self, label: str, place: int) -> Any:  # noqa: ANN401
        """Of several buttons with exactly that label, the one at that place."""
        return [button for button in self.test.button if button.label == label][place]

    def has_button(self, label: str) -> bool:
        """Whether any button's label begins like that."""
        return any(button.label.startswith(label) for button in self.test.button)

    @property
    def errors(self) -> list[str]:
        """The error boxes."""
        return [error.value for error in self.test.error]

    @property
    def html(self) -> list[str]:
        """What is written as HTML, without the style sheet."""
        bodies = [str(getattr(element, "proto").body) for element in self.test.get("html")]  # noqa: B009
        return [body for body in bodies if not body.startswith("<style>")]

    @property
    def toasts(self) -> list[str]:
        """What is said in passing."""
        return [toast.value for toast in self.test.toast]

    @property
    def title(self) -> str:
        """The page's title."""
        return self.test.title[0].value

    @property
    def text(self) -> str:
        """All that the page says, in order: texts, tables as HTML, labels, and the titles of its charts."""
        return "\n".join(filter(None, (_said(element) for element in self.test.main)))

    @property
    def charts(self) -> dict[str, dict[str, Any]]:
        """The plotly figures by their key, as the browser gets them."""
        found = self.test.get("plotly_chart")
        return {str(chart.key): json.loads(chart.proto.spec) for chart in found if isinstance(chart, UnknownElement)}


def _said(element: object) -> str:
    proto = getattr(element, "proto", None)
    parts = (getattr(proto, name, "") for name in ("label", "body", "alt", "url_pathname"))
    return " ".join(part for part in parts if isinstance(part, str) and part)
