"""How good the two judgements are: what an exception is (`classifier`), and what may be said of it (`sanitizer`)."""
