"""What is checked before and beside a score: quality, scope, artefacts, outline, and where the heat lies."""
