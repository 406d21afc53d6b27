"""Failsoft: error handling and resilience as middleware for the web app you already have."""
