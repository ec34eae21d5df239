"""What the city can learn of its own work: so far, what the grid should have reported before the hotline did."""
