"""Entry point: `streamlit run dashboard/app.py` from the project's root, or `make app`."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # streamlit puts only dashboard/ there
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402

from dashboard.components.frame import draw_frame, open_resources  # noqa: E402
from dashboard.resources import set_loaded_aside  # noqa: E402

ASSETS = ROOT / "dashboard" / "assets"

st.set_page_config(page_title="Lesionwise", page_icon=str(ASSETS / "icon.svg"), layout="wide")
st.logo(str(ASSETS / "logo.svg"), size="large", icon_image=str(ASSETS / "logo.svg"))

page = st.navigation(
    [
        st.Page("../pages/analyse.py", title="Analyse", icon=":material/search:", default=True),
        st.Page("../pages/batch.py", title="Batch review", icon=":material/grid_view:"),
        st.Page("../pages/cases.py", title="Case history", icon=":material/folder_open:"),
        st.Page("../pages/recalls.py", title="Recalls", icon=":material/event:"),
        st.Page("../pages/agreement.py", title="Agreement", icon=":material/handshake:"),
        st.Page("../pages/performance.py", title="Model performance", icon=":material/monitoring:"),
        st.Page("../pages/model_card.py", title="Model card", icon=":material/description:"),
        st.Page("../pages/settings.py", title="Settings", icon=":material/settings:"),
        st.Page("../pages/case.py", title="Case", icon=":material/badge:", visibility="hidden"),
        st.Page("../pages/follow_up.py", title="Follow-up", icon=":material/compare:", visibility="hidden"),
    ],
    position="top",
)
if open_resources():
    case = st.query_params.get("case", "")
    draw_frame(f"Case {case}" if page.title == "Case" and case.isdecimal() else page.title)
    page.run()
    set_loaded_aside(page.title)
