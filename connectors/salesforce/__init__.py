"""Salesforce: reads and writes over REST; simple-salesforce is the transport, the policy is ours."""
