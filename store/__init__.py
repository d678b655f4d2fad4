"""What survives a restart: the only folder that knows SQL.

Every module offers functions that take an open transaction (`Tx`) first: rows go in, domain values
come out. SQLite by default, PostgreSQL by `database_url`; the same functions, the same answers.
"""
