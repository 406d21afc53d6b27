"""Fuzzing of the sanitizer and the classifier: nothing crashes, nothing planted survives, nothing takes too long.

`python -m evaluations.fuzz` runs for ten minutes; see `README.md`.
"""
