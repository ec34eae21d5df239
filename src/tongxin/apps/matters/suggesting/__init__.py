"""Suggestions that explain themselves: the kind of a matter, its unit, what is like it nearby, places its text names.

Suggest, never decide: nothing in here writes a matter. Off by one switch. `fitting` alone needs scikit-learn and is
imported by the command that trains; whoever serves needs numpy. Source: design.md §4, §5; domain.md §8.
"""
