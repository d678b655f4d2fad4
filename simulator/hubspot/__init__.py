"""A HubSpot portal to practise on: the rules of facts/hubspot.md as a pure world under a thin HTTP skin."""
