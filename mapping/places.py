"""Countries and their states as ISO codes, from the names that people, forms and CRMs really use.

pycountry knows the official names only; `Holland`, `UK` or `Deutschland` all miss in it, so the names
in daily use stand here beside it.
"""

import unicodedata
from functools import cache, lru_cache

import pycountry

_ALIASES = {
    "AE": "UAE|U.A.E.|Emirates|Emirats Arabes Unis",
    "AT": "Österreich|Oesterreich|Autriche",
    "AU": "Commonwealth of Australia|Aussie",
    "BA": "Bosnia|Bosnia-Herzegovina|Bosnia & Herzegovina",
    "BE": "België|Belgique|Belgien",
    "BG": "България|Bulgarien",
    "BN": "Brunei",
    "BO": "Bolivia",
    "BR": "Brasil|Brasilien",
    "BY": "Belarus|Byelorussia",
    "CD": "DR Congo|DRC|Congo-Kinshasa|Democratic Republic of the Congo",
    "CG": "Congo-Brazzaville|Republic of the Congo",
    "CH": "Schweiz|Suisse|Svizzera|Swiss",
    "CI": "Ivory Coast",
    "CN": "PR China|P.R. China|PRC|Mainland China|中国",
    "CV": "Cape Verde",
    "CZ": "Czech Republic|Česká republika|Česko|Tschechien",
    "DE": "Deutschland|Allemagne|Alemania|Federal Republic of Germany|BRD",
    "DK": "Danmark|Dänemark",
    "EE": "Eesti|Estland",
    "ES": "España|Spanien|Espagne",
    "FI": "Suomi|Finnland",
    "FM": "Micronesia",
    "FR": "Frankreich|Francia|République française",
    "GB": "UK|U.K.|Great Britain|Britain|England|Scotland|Wales|Northern Ireland|Grossbritannien|"
    "Vereinigtes Königreich|United Kingdom of Great Britain and Northern Ireland|Royaume-Uni",
    "GR": "Hellas|Griechenland|Ελλάδα",
    "HK": "Hong Kong SAR|Hongkong|Hong Kong SAR China",
    "HR": "Hrvatska|Kroatien",
    "HU": "Magyarország|Ungarn",
    "IE": "Éire|Republic of Ireland|Irland",
    "IN": "Bharat|Indien",
    "IR": "Iran",
    "IS": "Ísland|Island",
    "IT": "Italia|Italien",
    "JP": "Nippon|日本",
    "KP": "North Korea",
    "KR": "South Korea|Korea|Korea South|Republic of Korea|Südkorea",
    "LA": "Laos",
    "LT": "Lietuva|Litauen",
    "LV": "Latvija|Lettland",
    "MD": "Moldova",
    "MK": "Macedonia|FYROM",
    "MM": "Burma",
    "MO": "Macau|Macao SAR",
    "MX": "México|Mexiko",
    "NL": "Holland|The Netherlands|Nederland|Niederlande|Pays-Bas",
    "NO": "Norge|Norwegen",
    "NZ": "Aotearoa|Neuseeland",
    "PL": "Polska|Polen",
    "PS": "Palestine|Palestinian Territories",
    "PT": "Portugal República",
    "RO": "România|Rumänien",
    "RS": "Srbija|Serbien",
    "RU": "Russia|Россия|Russland",
    "SE": "Sverige|Schweden",
    "SI": "Slovenija|Slowenien",
    "SK": "Slovak Republic|Slovensko|Slowakei",
    "SY": "Syria",
    "SZ": "Swaziland",
    "TR": "Turkey|Türkei|Turkiye",
    "TW": "Taiwan|Taiwan ROC|Chinese Taipei",
    "TZ": "Tanzania",
    "UA": "Україна",
    "US": "USA|U.S.|U.S.A.|United States of America|America|The States|Vereinigte Staaten|"
    "Estados Unidos|États-Unis|EEUU",
    "VA": "Vatican|Vatican City",
    "VE": "Venezuela",
    "VN": "Vietnam",
    "ZA": "RSA|Südafrika|Republic of South Africa",
}
"""ISO code → further names, separated by a bar."""

_STATE_ALIASES = {
    "US-CA": "Calif|Cal",
    "US-DC": "Washington DC|Washington D.C.",
    "US-FL": "Fla",
    "US-IL": "Ill",
    "US-MA": "Mass",
    "US-NY": "New York State|NYS",
    "US-PA": "Penn|Penna",
    "US-TX": "Tex",
    "US-WA": "Washington State|Wash",
    "CA-BC": "B.C.",
    "CA-NL": "Newfoundland|Labrador|Newfoundland & Labrador",
    "CA-PE": "PEI|P.E.I.",
    "CA-QC": "Québec|PQ",
    "DE-BY": "Bavaria",
    "DE-HE": "Hesse",
    "DE-MV": "Mecklenburg-Western Pomerania",
    "DE-NI": "Lower Saxony",
    "DE-NW": "North Rhine-Westphalia|NRW",
    "DE-RP": "Rhineland-Palatinate",
    "DE-SN": "Saxony",
    "DE-ST": "Saxony-Anhalt",
    "DE-TH": "Thuringia",
}
"""ISO code → further names of states, where English or shortened ones are in daily use."""

_CALLED = {
    "BN": "Brunei",
    "CD": "DR Congo",
    "FM": "Micronesia",
    "KP": "North Korea",
    "LA": "Laos",
    "PS": "Palestine",
    "RU": "Russia",
    "SY": "Syria",
    "TR": "Turkey",
    "VA": "Vatican City",
}
"""ISO code → the name that everybody uses, where the standard's own list of common names has none."""

_DEFAULT_STATE_COUNTRIES = ("US", "CA")
"""Whose states are meant when the country is not known: the two where people leave the country out."""


@lru_cache(maxsize=4096)
def country_code(text: str) -> str | None:
    """The ISO 3166-1 alpha-2 code for a code or name in common use; None when it is nobody's."""
    return _countries().get(_folded(text))


@lru_cache(maxsize=4096)
def state_code(text: str, country: str | None) -> str | None:
    """The ISO 3166-2 code without its country part (`CA` for California) in `country`, an alpha-2 code.

    Without a country only states of the United States and Canada are known.
    """
    wanted = _folded(text)
    for code in (country,) if country else _DEFAULT_STATE_COUNTRIES:
        found = _states(code).get(wanted)
        if found is not None:
            return found
    return None


@lru_cache(maxsize=4096)
def country_name(text: str, *, official: bool = False) -> str | None:
    """What people call the country that a code or name stands for (`South Korea`); `official`: as ISO 3166 does."""
    code = country_code(text)
    if code is None:
        return None
    country = pycountry.countries.get(alpha_2=code)
    if country is None:
        return None
    common = _CALLED.get(code) or getattr(country, "common_name", None)
    return str(country.name if official or common is None else common)


@lru_cache(maxsize=4096)
def state_name(text: str, country: str | None) -> str | None:
    """The name of the state that a code or name stands for, in `country`; without one see `state_code`."""
    code = state_code(text, country)
    for each in (country,) if country else _DEFAULT_STATE_COUNTRIES:
        name = _state_names(each).get(code or "")
        if name is not None and _states(each).get(_folded(name)) == code:
            return name
    return None


@cache
def _state_names(country: str) -> dict[str, str]:
    """Code → name."""
    found = (state for state in pycountry.subdivisions if state.country_code == country)
    return {state.code.split("-", 1)[1]: state.name for state in found}


def _folded(text: str) -> str:
    """Letters and digits only, without case, accents or a leading article."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    words = "".join(c if c.isalnum() else " " for c in plain.replace(".", "").replace("&", " and ")).split()
    return " ".join(words[1:] if len(words) > 1 and words[0] == "the" else words)


@cache
def _countries() -> dict[str, str]:
    names: dict[str, str] = {}
    for country in pycountry.countries:
        known = (getattr(country, key, None) for key in ("alpha_3", "name", "official_name", "common_name"))
        names.update({_folded(name): country.alpha_2 for name in known if name})
    for code, aliases in _ALIASES.items():
        names.update({_folded(alias): code for alias in aliases.split("|")})
    names.update({country.alpha_2.casefold(): country.alpha_2 for country in pycountry.countries})
    names["uk"] = "GB"
    return names


@cache
def _states(country: str) -> dict[str, str]:
    """Name or code → code. Where two share a name, the larger (without a parent) has it; codes beat names."""
    found = [state for state in pycountry.subdivisions if state.country_code == country]
    states = sorted(found, key=lambda state: (state.parent_code is None, state.code))
    named = {_folded(state.name): state.code.split("-", 1)[1] for state in states}
    coded = {_folded(state.code): state.code.split("-", 1)[1] for state in states}
    short = {_folded(state.code.split("-", 1)[1]): state.code.split("-", 1)[1] for state in states}
    aliases = {
        _folded(alias): code.split("-", 1)[1]
        for code, names in _STATE_ALIASES.items()
        if code.startswith(f"{country}-")
        for alias in names.split("|")
    }
    return named | aliases | coded | short
