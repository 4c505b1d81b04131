"""Explanations that are checked: what would change a result, what it resembles, how sure it is, where the heat lies."""
