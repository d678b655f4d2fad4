"""Leads of HubSpot's Sales Hub: what a rep makes of a contact before there is a deal."""

from collections.abc import Sequence

from connectors.hubspot.answers import Row, known_shape
from connectors.hubspot.client import Client
from connectors.hubspot.links import linked
from connectors.hubspot.shapes import CONTACT


def with_contacts(client: Client, rows: Sequence[Row]) -> list[Row]:
    """The rows, each with the contact it is about among its properties: one call for a thousand."""
    with known_shape("about leads"):
        contacts = linked(client, "leads", "contacts", [str(row["id"]) for row in rows])
        about = {each: next(iter(found), None) for each, found in contacts.items()}
        return [{**row, "properties": {**row["properties"], CONTACT.name: about.get(str(row["id"]))}} for row in rows]
