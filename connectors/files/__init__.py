"""Files that people leave in a folder: lists of leads, and what people did (webinar exports, event lists)."""
