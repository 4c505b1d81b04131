"""From results to figures: calibration, operating points, metrics with their intervals, curves."""
