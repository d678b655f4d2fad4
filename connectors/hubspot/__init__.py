"""HubSpot: one portal, read by search and listing, written in batches, nurture lists kept."""
