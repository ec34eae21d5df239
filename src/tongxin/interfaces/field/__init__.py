"""The door of grid workers and handlers on the ground: a phone, often without a network."""
