"""Helpers shared by the test runners in tests/e2e and tests/invariance."""
