"""Dagster wiring only: which step follows which, and what a person sees of it. The steps themselves live elsewhere."""
