"""A case for others: as a report on paper."""
