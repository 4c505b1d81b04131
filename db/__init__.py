"""The record: tables, repositories, read side and image files; knows neither torch nor Streamlit."""
