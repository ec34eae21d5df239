"""Columns and constraints only."""
