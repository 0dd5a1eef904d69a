"""Keeps the only copy safe: backup, restore, and the examination of a data root. Nothing here changes a figure."""
