"""What people's own tools may read: few views with plain columns, a promise as docs/bi.md tells it.

No view has a name, an address or a value of a person; one has reps, and says so in its name. Columns may be added, and
none is renamed, taken away or given another meaning: a test holds `promised.py` against the page.
"""
