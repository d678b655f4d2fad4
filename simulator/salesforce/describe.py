"""What the org says of itself: object types, fields, limits, versions, in describe's own shape."""

from typing import Any

from simulator.salesforce import catalogue
from simulator.salesforce.schema import IDS, NUMBERS, TEXTS, Field, Kind, ObjectType
from simulator.salesforce.table import Table

NEWEST = 66
OLDEST = 41
_SOAP = {
    Kind.ID: "tns:ID",
    Kind.REFERENCE: "tns:ID",
    Kind.BOOLEAN: "xsd:boolean",
    Kind.INT: "xsd:int",
    Kind.DOUBLE: "xsd:double",
    Kind.CURRENCY: "xsd:double",
    Kind.PERCENT: "xsd:double",
    Kind.DATE: "xsd:date",
    Kind.DATETIME: "xsd:dateTime",
    Kind.ADDRESS: "urn:address",
}
_SEASONS = ("Winter", "Spring", "Summer")
_MASTER_RECORD_TYPE = "012000000000000AAA"


def versions() -> list[dict[str, str]]:
    """Every API version offered, oldest first."""
    return [
        {"label": _release(number), "url": f"/services/data/v{number}.0", "version": f"{number}.0"}
        for number in range(OLDEST, NEWEST + 1)
    ]


def resources(version: str) -> dict[str, str]:
    """What lies under one version."""
    names = ("limits", "query", "queryAll", "composite", "sobjects")
    return {name: f"/services/data/{version}/{name}" for name in names}


def everything(version: str) -> dict[str, Any]:
    """Describe global."""
    types = [_about(type_, version) for type_ in catalogue.TYPES.values()]
    return {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": types}


def described(type_: ObjectType, version: str, record_types: Table | None = None) -> dict[str, Any]:
    """Describe of one object type; `record_types`: those that the org has."""
    return _about(type_, version) | {
        "actionOverrides": [],
        "childRelationships": _children(type_),
        "compactLayoutable": True,
        "defaultImplementation": None,
        "extendedBy": None,
        "extendsInterfaces": None,
        "fields": [_field(one) for one in type_.fields.values()],
        "implementedBy": None,
        "implementsInterfaces": None,
        "listviewable": None,
        "lookupLayoutable": None,
        "namedLayoutInfos": [],
        "networkScopeFieldName": None,
        "recordTypeInfos": _record_types(type_, version, record_types),
        "searchLayoutable": True,
        "sobjectDescribeOption": "FULL",
        "supportedScopes": [{"label": f"All {type_.label_plural.lower()}", "name": "everything"}],
    }


def _about(type_: ObjectType, version: str) -> dict[str, Any]:
    place = f"/services/data/{version}/sobjects/{type_.name}"
    no = dict.fromkeys(
        (
            "activateable",
            "custom",
            "customSetting",
            "deepCloneable",
            "deprecatedAndHidden",
            "hasSubtypes",
            "isInterface",
            "isSubtype",
        ),
        False,
    )
    yes = dict.fromkeys(
        ("layoutable", "mruEnabled", "queryable", "replicateable", "retrieveable", "searchable", "triggerable"), True
    )
    return {
        **no,
        **yes,
        "associateEntityType": None,
        "associateParentEntity": None,
        "createable": type_.writable,
        "deletable": type_.writable,
        "feedEnabled": type_.name not in ("Task", "Event"),
        "keyPrefix": type_.prefix,
        "label": type_.label,
        "labelPlural": type_.label_plural,
        "mergeable": type_.mergeable,
        "name": type_.name,
        "undeletable": type_.undeletable,
        "updateable": type_.writable,
        "urls": {
            "sobject": place,
            "describe": f"{place}/describe",
            "rowTemplate": f"{place}/{{ID}}",
        },
    }


def _field(field: Field) -> dict[str, Any]:
    text, number = field.kind in TEXTS, field.kind in NUMBERS
    return _constants() | {
        "aggregatable": field.kind not in (Kind.BOOLEAN, Kind.ADDRESS) and field.filterable,
        "byteLength": field.length * 3 if text else field.length,
        "createable": field.createable,
        "custom": field.custom,
        "defaultValue": False if field.kind is Kind.BOOLEAN else None,
        "defaultedOnCreate": field.default is not None or field.kind is Kind.BOOLEAN or field.name in _STAMPED,
        "digits": 9 if field.kind is Kind.INT else 0,
        "externalId": field.external,
        "filterable": field.filterable,
        "groupable": field.filterable and not number and field.kind not in (Kind.DATETIME, Kind.ADDRESS),
        "idLookup": field.kind is Kind.ID or field.external or field.kind is Kind.EMAIL,
        "label": field.label,
        "length": field.length,
        "name": field.name,
        "nameField": field.name == "Name",
        "namePointing": len(field.references) > 1,
        "nillable": field.nillable,
        "permissionable": field.nillable and field.updateable,
        "picklistValues": [_picklist_value(value, field) for value in field.values],
        "polymorphicForeignKey": len(field.references) > 1,
        "precision": 18 if number and field.kind is not Kind.INT else 0,
        "referenceTo": list(field.references),
        "relationshipName": field.relationship,
        "restrictedPicklist": field.restricted,
        "scale": field.scale,
        "searchPrefilterable": field.kind in IDS,
        "soapType": _SOAP.get(field.kind, "xsd:string"),
        "sortable": field.filterable and field.kind is not Kind.ADDRESS,
        "type": field.kind.value,
        "unique": field.external,
        "updateable": field.updateable,
    }


_STAMPED = ("CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp")
_FALSE = (
    "aiPredictionField",
    "autoNumber",
    "calculated",
    "cascadeDelete",
    "caseSensitive",
    "dependentPicklist",
    "deprecatedAndHidden",
    "displayLocationInDecimal",
    "encrypted",
    "formulaTreatNullNumberAsZero",
    "highScaleNumber",
    "htmlFormatted",
    "queryByDistance",
    "restrictedDelete",
    "writeRequiresMasterRead",
)
_NULL = (
    "calculatedFormula",
    "compoundFieldName",
    "controllerName",
    "defaultValueFormula",
    "extraTypeInfo",
    "filteredLookupInfo",
    "inlineHelpText",
    "mask",
    "maskType",
    "referenceTargetField",
    "relationshipOrder",
)


def _constants() -> dict[str, Any]:
    """Keys that have the same value for every field we know."""
    return dict.fromkeys(_FALSE, False) | dict.fromkeys(_NULL)


def _picklist_value(value: str, field: Field) -> dict[str, Any]:
    return {
        "active": True,
        "defaultValue": value == field.default,
        "label": value,
        "validFor": None,
        "value": value,
    }


def _children(type_: ObjectType) -> list[dict[str, Any]]:
    return [
        {
            "cascadeDelete": False,
            "childSObject": other.name,
            "deprecatedAndHidden": False,
            "field": field.name,
            "junctionIdListNames": [],
            "junctionReferenceTo": [],
            "relationshipName": None,
            "restrictedDelete": False,
        }
        for other in catalogue.TYPES.values()
        for field in other.fields.values()
        if type_.name in field.references
    ]


def _record_types(type_: ObjectType, version: str, kept: Table | None) -> list[dict[str, Any]]:
    """The org's own, the first of them what a new record gets; then the master that every object has."""
    rows = [row for row in kept.rows.values() if row["SobjectType"] == type_.name] if kept is not None else []
    own = [
        _record_type(type_, version, row["Id"], (row["Name"], row["DeveloperName"]), is_default=place == 0)
        for place, row in enumerate(rows)
    ]
    return [*own, _record_type(type_, version, _MASTER_RECORD_TYPE, ("Master", "Master"), is_default=not rows)]


def _record_type(
    type_: ObjectType, version: str, record_type_id: str, names: tuple[str, str], *, is_default: bool
) -> dict[str, Any]:
    layout = f"/services/data/{version}/sobjects/{type_.name}/describe/layouts/{record_type_id}"
    return {
        "active": True,
        "available": True,
        "defaultRecordTypeMapping": is_default,
        "developerName": names[1],
        "master": record_type_id == _MASTER_RECORD_TYPE,
        "name": names[0],
        "recordTypeId": record_type_id,
        "urls": {"layout": layout},
    }


def _release(number: int) -> str:
    """Three releases a year: v59.0 is Winter '24, the next Spring '24 and Summer '24."""
    years, season = divmod(number - 59, 3)
    return f"{_SEASONS[season]} '{24 + years:02d}"
