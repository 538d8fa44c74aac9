"""Question sets, metrics, baselines and reports. Nothing imports this package."""
