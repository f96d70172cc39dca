"""The published benchmarks (DESIGN section 4): each beside the raw limit measured in the same run."""
