"""The 12345 desk: calls, the knowledge it answers from, and the letters and messages that land in the same queue."""
