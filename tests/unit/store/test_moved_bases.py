"""What was agreed about a field is not said of another one, and holds again when the property is back."""

from domain.values import LeadId
from mapping.merge_lead import ABOUT
from mapping.moved import Moved
from store import bases
from store.bases import Base
from store.engine import Store, Tx
from store.moved_bases import put_aside

LEAD, CONTACT = LeadId(1), LeadId(2)
TO_FAX = Moved(name="phone", connection="salesforce", object="Lead", before="Phone", after="Fax")
BACK = Moved(name="phone", connection="salesforce", object="Lead", before="Fax", after="Phone")
AGREED: Base = ("+491", "+49 1", ())


def agree(tx: Tx) -> None:
    for lead, kind in ((LEAD, "Lead"), (CONTACT, "Contact")):
        about: Base = (f"salesforce:{kind}:00Q{lead}", None, ())
        theirs = {("phone", "salesforce"): AGREED, (ABOUT, "salesforce"): about, ("phone", "hubspot"): AGREED}
        bases.save_bases(tx, {lead: theirs})


def agreed(tx: Tx, lead: LeadId) -> set[str]:
    """Systems with which the phone is agreed."""
    return {connection for name, connection in bases.bases_of(tx, [lead])[lead] if name == "phone"}


def test_a_property_in_another_field_is_not_agreed_about_there(store: Store) -> None:
    with store.write() as tx:
        agree(tx)
        assert put_aside(tx, [TO_FAX]) == 1
        assert agreed(tx, LEAD) == {"hubspot"}
        assert agreed(tx, CONTACT) == {"hubspot", "salesforce"}, "its field is where it was"


def test_what_was_agreed_holds_again_when_the_property_is_back(store: Store) -> None:
    with store.write() as tx:
        agree(tx)
        put_aside(tx, [TO_FAX])
        bases.save_bases(tx, {LEAD: {("phone", "salesforce"): ("a fax", "a fax", ())}})
        put_aside(tx, [BACK])
        assert bases.bases_of(tx, [LEAD])[LEAD]["phone", "salesforce"] == AGREED
        put_aside(tx, [TO_FAX])
        assert bases.bases_of(tx, [LEAD])[LEAD]["phone", "salesforce"] == ("a fax", "a fax", ())


def test_two_properties_that_swap_their_fields_do_not_take_each_others_place(store: Store) -> None:
    with store.write() as tx:
        kept: dict[tuple[str, str], Base] = {
            ("first", "salesforce"): ("Ann", "Ann", ()),
            ("last", "salesforce"): ("Bell", "Bell", ()),
        }
        bases.save_bases(tx, {LEAD: kept})
        swap = [
            Moved(name="first", connection="salesforce", object="Lead", before="FirstName", after="LastName"),
            Moved(name="last", connection="salesforce", object="Lead", before="LastName", after="FirstName"),
        ]
        back = [
            Moved(name=each.name, connection=each.connection, object=each.object, before=each.after, after=each.before)
            for each in swap
        ]
        put_aside(tx, swap)
        assert not {name for name, _ in bases.bases_of(tx, [LEAD])[LEAD]} & {"first", "last"}
        put_aside(tx, back)
        assert bases.bases_of(tx, [LEAD])[LEAD] == kept
