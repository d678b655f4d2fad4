"""The loop to look at: a simulated Salesforce and HubSpot, people who act in them, and an account of it."""
