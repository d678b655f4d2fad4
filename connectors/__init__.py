"""The outside, one folder per system. Everybody else knows only `connectors.contract`."""
