"""Every figure of the reports once more: slowly, by naive loops over raw rows, and with nothing of the code it checks.

Written from what the columns say. Where it and a report differ one of the two is wrong, and what the column says decides.
"""
