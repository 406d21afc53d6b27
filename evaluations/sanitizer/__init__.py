"""What the sanitizer finds, what it leaves alone, and what it costs."""
