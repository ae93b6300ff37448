"""The clocks of a complaint and the ladder it climbs when nobody answers in time."""
