"""What Failsoft costs, beside what its peers cost, measured in one run."""
