"""Which time it is where somebody is: zones of the IANA database by country, and by state where a country has several.

Zones in which hardly anybody works (islands far off, Antarctica) are left out of the countries that have others.
"""

from collections.abc import Mapping

_AREAS: Mapping[str, str] = {
    "Europe": (
        "AD:Andorra AL:Tirane AT:Vienna AX:Mariehamn BA:Sarajevo BE:Brussels BG:Sofia BY:Minsk CH:Zurich "
        "CZ:Prague DE:Berlin DK:Copenhagen EE:Tallinn ES:Madrid FI:Helsinki FR:Paris GB:London GG:Guernsey "
        "GI:Gibraltar GR:Athens HR:Zagreb HU:Budapest IE:Dublin IM:Isle_of_Man IT:Rome JE:Jersey LI:Vaduz "
        "LT:Vilnius LU:Luxembourg LV:Riga MC:Monaco MD:Chisinau ME:Podgorica MK:Skopje MT:Malta NL:Amsterdam "
        "NO:Oslo PL:Warsaw PT:Lisbon RO:Bucharest RS:Belgrade SE:Stockholm SI:Ljubljana SK:Bratislava "
        "SM:San_Marino TR:Istanbul UA:Kyiv VA:Vatican"
    ),
    "Asia": (
        "AE:Dubai AF:Kabul AM:Yerevan AZ:Baku BD:Dhaka BH:Bahrain BN:Brunei BT:Thimphu CN:Shanghai CY:Nicosia "
        "GE:Tbilisi HK:Hong_Kong IL:Jerusalem IN:Kolkata IQ:Baghdad IR:Tehran JO:Amman JP:Tokyo KG:Bishkek "
        "KH:Phnom_Penh KP:Pyongyang KR:Seoul KW:Kuwait KZ:Almaty LA:Vientiane LB:Beirut LK:Colombo MM:Yangon "
        "MO:Macau MY:Kuala_Lumpur NP:Kathmandu OM:Muscat PH:Manila PK:Karachi PS:Gaza QA:Qatar SA:Riyadh "
        "SG:Singapore SY:Damascus TH:Bangkok TJ:Dushanbe TL:Dili TM:Ashgabat TW:Taipei UZ:Samarkand "
        "VN:Ho_Chi_Minh YE:Aden"
    ),
    "America": (
        "AG:Antigua AI:Anguilla AR:Argentina/Buenos_Aires AW:Aruba BB:Barbados BL:St_Barthelemy BO:La_Paz "
        "BQ:Kralendijk BS:Nassau BZ:Belize CL:Santiago CO:Bogota CR:Costa_Rica CU:Havana CW:Curacao "
        "DM:Dominica DO:Santo_Domingo EC:Guayaquil GD:Grenada GF:Cayenne GL:Nuuk GP:Guadeloupe GT:Guatemala "
        "GY:Guyana HN:Tegucigalpa HT:Port-au-Prince JM:Jamaica KN:St_Kitts KY:Cayman LC:St_Lucia MF:Marigot "
        "MQ:Martinique MS:Montserrat NI:Managua PA:Panama PE:Lima PM:Miquelon PR:Puerto_Rico PY:Asuncion "
        "SR:Paramaribo SV:El_Salvador SX:Lower_Princes TC:Grand_Turk TT:Port_of_Spain UY:Montevideo "
        "VC:St_Vincent VE:Caracas VG:Tortola VI:St_Thomas"
    ),
    "Africa": (
        "AO:Luanda BF:Ouagadougou BI:Bujumbura BJ:Porto-Novo BW:Gaborone CF:Bangui CG:Brazzaville CI:Abidjan "
        "CM:Douala DJ:Djibouti DZ:Algiers EG:Cairo EH:El_Aaiun ER:Asmara ET:Addis_Ababa GA:Libreville "
        "GH:Accra GM:Banjul GN:Conakry GQ:Malabo GW:Bissau KE:Nairobi LR:Monrovia LS:Maseru LY:Tripoli "
        "MA:Casablanca ML:Bamako MR:Nouakchott MW:Blantyre MZ:Maputo NA:Windhoek NE:Niamey NG:Lagos RW:Kigali "
        "SD:Khartoum SL:Freetown SN:Dakar SO:Mogadishu SS:Juba ST:Sao_Tome SZ:Mbabane TD:Ndjamena TG:Lome "
        "TN:Tunis TZ:Dar_es_Salaam UG:Kampala ZA:Johannesburg ZM:Lusaka ZW:Harare"
    ),
    "Pacific": (
        "AS:Pago_Pago CK:Rarotonga FJ:Fiji FM:Pohnpei GU:Guam KI:Tarawa MH:Majuro MP:Saipan NC:Noumea "
        "NF:Norfolk NR:Nauru NU:Niue NZ:Auckland PF:Tahiti PG:Port_Moresby PN:Pitcairn PW:Palau "
        "SB:Guadalcanal TK:Fakaofo TO:Tongatapu TV:Funafuti VU:Efate WF:Wallis WS:Apia"
    ),
    "Atlantic": "BM:Bermuda CV:Cape_Verde FK:Stanley FO:Faroe GS:South_Georgia IS:Reykjavik SH:St_Helena",
    "Indian": (
        "CC:Cocos CX:Christmas IO:Chagos KM:Comoro MG:Antananarivo MU:Mauritius MV:Maldives RE:Reunion "
        "SC:Mahe TF:Kerguelen YT:Mayotte"
    ),
    "Arctic": "SJ:Longyearbyen",
}
"""Area of the database → `country:place` of the countries with one time."""

_STATES: Mapping[str, Mapping[str, str]] = {
    "US": {
        "America/New_York": "CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC VA VT WV",
        "America/Chicago": "AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI",
        "America/Denver": "CO ID MT NM UT WY",
        "America/Phoenix": "AZ",
        "America/Los_Angeles": "CA NV OR WA",
        "America/Anchorage": "AK",
        "Pacific/Honolulu": "HI",
    },
    "CA": {
        "America/St_Johns": "NL",
        "America/Halifax": "NB NS PE",
        "America/Toronto": "ON QC",
        "America/Winnipeg": "MB",
        "America/Regina": "SK",
        "America/Edmonton": "AB NT",
        "America/Vancouver": "BC",
        "America/Whitehorse": "YT",
        "America/Iqaluit": "NU",
    },
    "AU": {
        "Australia/Sydney": "ACT NSW",
        "Australia/Melbourne": "VIC",
        "Australia/Hobart": "TAS",
        "Australia/Brisbane": "QLD",
        "Australia/Adelaide": "SA",
        "Australia/Darwin": "NT",
        "Australia/Perth": "WA",
    },
    "BR": {
        "America/Sao_Paulo": "AL AP BA CE DF ES GO MA MG PA PB PE PI PR RJ RN RS SC SE SP TO",
        "America/Manaus": "AM MS MT RO RR",
        "America/Rio_Branco": "AC",
    },
}
"""Country → zone → the states (ISO 3166-2) of which most people have that time; a few have two."""

_SEVERAL: Mapping[str, tuple[str, ...]] = {
    "AU": ("Australia/Sydney", "Australia/Brisbane", "Australia/Adelaide", "Australia/Perth"),
    "BR": ("America/Sao_Paulo", "America/Manaus", "America/Rio_Branco"),
    "CA": ("America/Halifax", "America/Toronto", "America/Winnipeg", "America/Edmonton", "America/Vancouver"),
    "CD": ("Africa/Kinshasa", "Africa/Lubumbashi"),
    "ID": ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"),
    "MN": ("Asia/Ulaanbaatar", "Asia/Hovd"),
    "MX": ("America/Mexico_City", "America/Cancun", "America/Hermosillo", "America/Tijuana"),
    "RU": ("Europe/Kaliningrad", "Europe/Moscow", "Asia/Yekaterinburg", "Asia/Novosibirsk", "Asia/Vladivostok"),
    "US": ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"),
}
"""Countries whose state has to be known; without it the times that most of their people have."""

_ONE: Mapping[str, str] = {
    country: f"{area}/{place}"
    for area, listed in _AREAS.items()
    for country, _, place in (each.partition(":") for each in listed.split())
}
_OF_STATE: Mapping[tuple[str, str], str] = {
    (country, state): zone
    for country, zones in _STATES.items()
    for zone, states in zones.items()
    for state in states.split()
}


def zones_in(country: str, state: str) -> tuple[str, ...]:
    """The names of the zones that somebody there may have: one where that is known, none for an unknown country."""
    if (country, state) in _OF_STATE:
        return (_OF_STATE[country, state],)
    if country in _ONE:
        return (_ONE[country],)
    return _SEVERAL.get(country, ())
