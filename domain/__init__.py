"""The words of the field as frozen values and named errors. Standard library only."""
