"""Whether the audit trail keeps what it acknowledged: real servers under load, killed, and their stores taken away.

`python -m evaluations.audit.kills` runs all of it; see there.
"""
