"""The ground floor: standard library only; no clock, no disk, no network."""
