"""Settings and rule files: typed, validated, versioned. Every mistake is named with its place."""
