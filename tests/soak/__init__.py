"""Long trials by hand: `python3 run.py soak`. What they judge by is the simulator's log and objects alone."""
