"""Reads of the work on the grid, each from what the reader may see. Places and teams are counted, never people."""
