"""The calls, a module per subject. Each fetches, calls one service and answers."""
