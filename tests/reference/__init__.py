"""Every figure of the reports once more: slowly, by naive loops over raw rows, with nothing of the code it checks.

Written from what the columns say: where it and a report differ one of the two is wrong, and what they say decides.
"""
