"""Fields, identity and normalising: how two systems' records become one lead and its values travel back. Pure."""
