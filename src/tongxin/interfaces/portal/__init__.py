"""The residents' door: phone first, without an account."""
