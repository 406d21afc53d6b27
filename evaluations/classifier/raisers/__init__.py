"""What raises them: one module per kind of library. Each is imported only if its libraries are installed."""
