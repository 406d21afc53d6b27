"""One file per policy: its options, and how it runs over a pure machine."""
