"""Administration: what the city's rules, units, posts and keys are, and who changed or read what (三员分立)."""
