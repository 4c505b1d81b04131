"""The use cases, without Streamlit: what a page, the terminal or a worker asks for."""
