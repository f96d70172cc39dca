"""The tests mirror src/tramita."""
