"""What the city's machines report: the ledger of devices, their readings, and the matters that come of them."""
