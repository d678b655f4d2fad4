"""Other tools that write in both systems while simulated time passes: HubSpot's own Salesforce connector, rivals."""
