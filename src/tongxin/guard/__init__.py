"""What keeps the doors open for everybody: how often one address may knock. No rows, no rules of the field."""
