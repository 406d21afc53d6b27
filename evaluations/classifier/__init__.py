"""Real exceptions of real libraries, each with the label that the conventions give it. See `LABELLING.md`."""
