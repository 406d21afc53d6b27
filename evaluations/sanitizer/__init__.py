"""What is found, what is kept, what is taken by mistake: cases for the sanitizer, and its peers on the same cases."""
