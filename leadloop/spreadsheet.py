"""Values on their way into a CSV file that people open in a spreadsheet."""


def safe(value: object) -> object:
    """A value of somebody's must not be a formula where the file is opened."""
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value
