"""Word lists for the demo's invented people and companies: nobody here exists, all domains are `.example`."""

from dataclasses import dataclass

FIRST_NAMES = (
    "Ana", "Amir", "Anders", "Asha", "Beatriz", "Boris", "Carla", "Chen", "Clara", "Daniel", "Dora", "Elias", "Elena",
    "Emeka", "Eva", "Fatima", "Felix", "Finn", "Grace", "Greta", "Hanna", "Hugo", "Ida", "Ines", "Ivan", "Jonas",
    "Julia", "Kai", "Karin", "Kofi", "Lara", "Leo", "Lin", "Lucia", "Maja", "Marco", "Mei", "Mila", "Milan", "Nadia",
    "Niko", "Nora", "Olga", "Omar", "Oskar", "Paula", "Pavel", "Priya", "Rafael", "Rosa", "Sami", "Sara", "Sofia",
    "Stefan", "Tara", "Theo", "Tomas", "Uma", "Viktor", "Wanda", "Yara", "Yusuf", "Zoe",
)  # fmt: skip
LAST_NAMES = (
    "Adeyemi", "Albrecht", "Andersen", "Bauer", "Becker", "Bergström", "Bianchi", "Blanc", "Brandt", "Castillo",
    "Chandra", "Costa", "Dahl", "Delgado", "Diallo", "Dubois", "Eklund", "Farouk", "Fischer", "Flores", "Fontaine",
    "Garcia", "Gruber", "Haas", "Hansen", "Herrera", "Hoffmann", "Holm", "Ibrahim", "Ivanova", "Jansen", "Jimenez",
    "Kamara", "Keller", "Khan", "Kovač", "Kumar", "Lange", "Larsen", "Lefèvre", "Lindqvist", "Lopez", "Marino",
    "Mendes", "Meyer", "Moreau", "Nakamura", "Novak", "O'Brien", "Okafor", "Olsen", "Ortiz", "Osei", "Park", "Patel",
    "Petrov", "Pham", "Quinn", "Ramos", "Reyes", "Richter", "Romero", "Rossi", "Ruiz", "Santos", "Schmidt", "Silva",
    "Simon", "Sørensen", "Suzuki", "Tanaka", "Torres", "Usman", "Vargas", "Vogel", "Wagner", "Walsh", "Weber", "Yilmaz",
    "Zhang", "Ziegler",
)  # fmt: skip
COMPANY_FIRST = (
    "Alder", "Amber", "Anchor", "Arbor", "Aurora", "Beacon", "Birch", "Bluefin", "Bright", "Cedar", "Cobalt", "Copper",
    "Coral", "Crane", "Delta", "Ember", "Falcon", "Fjord", "Flint", "Garnet", "Granite", "Harbor", "Hazel", "Heron",
    "Indigo", "Juniper", "Kestrel", "Lantern", "Larch", "Linden", "Lumen", "Maple", "Meridian", "Nimbus", "Northwind",
    "Ochre", "Onyx", "Orchid", "Osprey", "Pine", "Quarry", "Quill", "Raven", "Ridge", "Rowan", "Saffron", "Sequoia",
    "Slate", "Spruce", "Summit", "Tern", "Thistle", "Tidal", "Umber", "Vale", "Verdant", "Willow", "Wren",
)  # fmt: skip
COMPANY_LAST = (
    "Analytics",
    "Works",
    "Systems",
    "Capital",
    "Partners",
    "Labs",
    "Logistics",
    "Software",
    "Group",
    "Tools",
)

HEADS = (
    "VP Operations", "Director of Support", "Head of Customer Service", "Chief Operating Officer", "VP Sales",
    "Director IT", "Founder", "Head of Product", "CIO", "Managing Director",
)  # fmt: skip
LEADS = (
    "Support Manager",
    "IT Manager",
    "Operations Manager",
    "Team Lead Service",
    "Project Manager",
    "Product Manager",
)
OTHERS = ("Engineer", "Analyst", "Consultant", "Administrator", "Specialist")
LEARNERS = ("Student", "Intern", "Trainee")

GOOD_INDUSTRIES = ("Technology", "Finance", "Insurance", "Consulting", "Manufacturing", "Telecommunications", "Banking")
OTHER_INDUSTRIES = ("Retail", "Education", "Hospitality", "Agriculture")


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """A country as people write it, and telephone numbers there (`{}`: three digits)."""

    spellings: tuple[str, ...]
    phones: tuple[str, ...]


OUR_COUNTRIES = (
    Country(spellings=("United States", "USA", "US"), phones=("(415) 555-0{}", "+1 415 555 0{}", "+1-212-555-0{}")),
    Country(spellings=("United Kingdom", "UK", "Great Britain"), phones=("020 7946 0{}", "+44 20 7946 0{}")),
    Country(spellings=("Germany", "Deutschland", "DE"), phones=("030 23125 {}", "+49 30 23125 {}")),
    Country(spellings=("Netherlands", "NL"), phones=("+31 20 794 0{}",)),
    Country(spellings=("France", "FR"), phones=("+33 1 99 00 1{}",)),
    Country(spellings=("Sweden", "SE"), phones=("+46 8 465 04{}",)),
)
OTHER_COUNTRIES = (
    Country(spellings=("Brazil", "BR"), phones=("+55 11 5555 0{}",)),
    Country(spellings=("India",), phones=("+91 22 5555 0{}",)),
)

MESSAGES = (
    "We want to replace our help desk before May. Can somebody show us around?",
    "Looking for a tool for 40 agents, please call me this week.",
    "Our contract ends in December and we compare three vendors.",
    "Saw you at a webinar. Does it work with our telephone system?",
    "We need single sign-on and an audit log. Is that there?",
    "The board asked for numbers by the end of the month.",
    "Can we see it with our own data?",
    "Two of our offices use you already, we would like to join.",
    "How long does it take to get going with 15 people?",
    "Please show this to me and my team on Thursday.",
)
GUIDES = (
    "Guide: Faster first answers",
    "White paper: The cost of a lost ticket",
    "Checklist: Moving your help desk",
    "E-book: Service that sells",
    "Report: Support in numbers",
)
