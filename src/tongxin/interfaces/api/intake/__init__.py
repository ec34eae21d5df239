"""Where machines come in: sensors, image events, partner systems."""
