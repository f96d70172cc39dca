"""Servers that behave as a test tells them to."""
