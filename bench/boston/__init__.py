"""Boston's 311 line as a proof of the import: `python -m bench.boston`, see README.md."""
