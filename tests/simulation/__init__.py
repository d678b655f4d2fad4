"""Both systems, the store and the clock in one process and in memory: random histories by the thousand."""
