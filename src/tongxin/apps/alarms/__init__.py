"""Disputes that the police hand over: one incident, pushed three ways, only the incident kept."""
