"""The shop itself, without a web framework: the four example applications hand their requests to it."""
