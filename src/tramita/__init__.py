"""Tramita: a work-orchestration desk. The floors are drawn in docs/architecture.md."""
