"""A run's report: one model (model.py), many forms (text.py, json.py)."""
