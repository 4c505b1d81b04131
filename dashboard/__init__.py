"""The application: the only place that knows Streamlit, core and db together."""
