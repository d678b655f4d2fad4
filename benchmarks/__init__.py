"""What leadloop costs, as ratios against floors measured in the same run. Run by hand, never as tests."""
