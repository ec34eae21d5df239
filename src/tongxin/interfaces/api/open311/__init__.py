"""Open311 GeoReport v2: the public standard for reporting matters of a city and following them."""
