"""A Salesforce and a HubSpot to practise on: real HTTP, the vendors' rules, faults on demand.

Imports nothing of leadloop, so that it can judge leadloop. Not called a sandbox: to our users a
sandbox is a copy of their Salesforce org.
"""
