"""What the city shows in public: county brands, notices, and matters after somebody has reviewed their words."""
