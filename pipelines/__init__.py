"""Reporting warehouse of the Vietnamese trade union.

Data moves one way, and so do imports:
``contracts ← intake ← quality ← warehouse ← reports``, with the Dagster wiring in ``defs`` on top.
``docs/architecture.md`` has the picture; ``tests/unit/test_import_direction.py`` guards the rule.
"""
