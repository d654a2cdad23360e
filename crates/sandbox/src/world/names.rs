//! Names: of companies and people, by country.

use autotask_core::text::fold;

use super::dice::Dice;

/// What a company is called.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Name {
    /// What it would be called by people: `Keller Dental`.
    pub(super) core: String,
    /// The legal form, with what stands before it: ` GmbH`, `, Inc.`; may be empty.
    pub(super) form: String,
    /// Its market segment, as a position in the list.
    pub(super) segment: usize,
}

impl Name {
    pub(super) fn full(&self) -> String {
        format!("{}{}", self.core, self.form)
    }
}

const SURNAMES: &[&str] = &[
    "Abbott",
    "Adams",
    "Alvarez",
    "Anderson",
    "Armstrong",
    "Ashford",
    "Bailey",
    "Barnett",
    "Bennett",
    "Blackwood",
    "Brooks",
    "Calloway",
    "Carter",
    "Chen",
    "Clarke",
    "Coleman",
    "Cortez",
    "Dawson",
    "Delgado",
    "Donovan",
    "Ellis",
    "Fairchild",
    "Farrell",
    "Fitzgerald",
    "Foster",
    "Garrison",
    "Goldberg",
    "Graham",
    "Grant",
    "Hale",
    "Hamilton",
    "Harper",
    "Hawkins",
    "Hayes",
    "Henderson",
    "Holloway",
    "Ingram",
    "Irving",
    "Jensen",
    "Kaplan",
    "Keating",
    "Kim",
    "Kowalski",
    "Lancaster",
    "Larsen",
    "Lindqvist",
    "Lopez",
    "MacDonald",
    "Marsh",
    "McAllister",
    "Mercer",
    "Monroe",
    "Moreno",
    "Murphy",
    "Nakamura",
    "Nguyen",
    "Norwood",
    "O'Brien",
    "O'Connor",
    "Okafor",
    "Olsen",
    "Park",
    "Patel",
    "Pemberton",
    "Pierce",
    "Quinn",
    "Ramirez",
    "Reed",
    "Rhodes",
    "Rossi",
    "Salazar",
    "Schultz",
    "Shah",
    "Sinclair",
    "Sterling",
    "Sullivan",
    "Sutton",
    "Tanaka",
    "Thornton",
    "Underwood",
    "Vance",
    "Vargas",
    "Wallace",
    "Warren",
    "Weaver",
    "Whitaker",
    "Winslow",
    "Wolfe",
    "Wu",
    "Yates",
    "Young",
    "Zhang",
];
const GERMAN_SURNAMES: &[&str] = &[
    "Albrecht",
    "Bauer",
    "Becker",
    "Böhm",
    "Brandt",
    "Dietrich",
    "Engel",
    "Fischer",
    "Fuchs",
    "Gärtner",
    "Groß",
    "Günther",
    "Hartmann",
    "Herrmann",
    "Hofer",
    "Huber",
    "Jäger",
    "Kaiser",
    "Keller",
    "Köhler",
    "König",
    "Krüger",
    "Lang",
    "Lehmann",
    "Maier",
    "Möller",
    "Müller",
    "Neumann",
    "Pfeiffer",
    "Richter",
    "Roth",
    "Schäfer",
    "Schmid",
    "Schneider",
    "Schröder",
    "Schulz",
    "Seidel",
    "Sommer",
    "Steiner",
    "Vogel",
    "Wagner",
    "Weber",
    "Weiß",
    "Winkler",
    "Zimmermann",
];
const FRENCH_SURNAMES: &[&str] = &[
    "Aubert",
    "Beaumont",
    "Bernard",
    "Chevalier",
    "Delacroix",
    "Dubois",
    "Dupont",
    "Fontaine",
    "Garnier",
    "Gauthier",
    "Girard",
    "Lambert",
    "Lefèvre",
    "Legrand",
    "Lemaître",
    "Marchand",
    "Mercier",
    "Moreau",
    "Noël",
    "Perrin",
    "Renard",
    "Rousseau",
    "Tremblay",
];
const DUTCH_SURNAMES: &[&str] = &[
    "Bakker",
    "van den Berg",
    "de Boer",
    "Brouwer",
    "van Dijk",
    "Dekker",
    "de Graaf",
    "Hendriks",
    "Jansen",
    "de Jong",
    "Kuiper",
    "Mulder",
    "Peeters",
    "Smit",
    "van Leeuwen",
    "Visser",
    "de Vries",
    "Willems",
];
const LATIN_SURNAMES: &[&str] = &[
    "Bianchi",
    "Colombo",
    "Conti",
    "Esposito",
    "Ferrari",
    "Fontana",
    "Gallo",
    "García",
    "González",
    "Herrera",
    "Ibáñez",
    "Marini",
    "Moretti",
    "Muñoz",
    "Núñez",
    "Ricci",
    "Rinaldi",
    "Rodríguez",
    "Romano",
    "Sánchez",
    "Serrano",
    "Villa",
];
const NORDIC_SURNAMES: &[&str] = &[
    "Ahlström",
    "Andersson",
    "Åkesson",
    "Bergström",
    "Eriksson",
    "Hansen",
    "Heikkinen",
    "Johansson",
    "Korhonen",
    "Kristensen",
    "Lindström",
    "Mäkinen",
    "Møller",
    "Nielsen",
    "Nyström",
    "Sørensen",
    "Virtanen",
];
const POLISH_SURNAMES: &[&str] =
    &["Kamiński", "Kowalczyk", "Lewandowski", "Mazur", "Nowak", "Wiśniewski", "Wójcik", "Zieliński"];

/// First words that are nobody's name.
const STEMS: &[&str] = &[
    "Acorn",
    "Alder",
    "Allegiance",
    "Alpine",
    "Amber",
    "Anchor",
    "Apex",
    "Arbor",
    "Archway",
    "Aspen",
    "Atlas",
    "Aurora",
    "Avalon",
    "Azure",
    "Bayside",
    "Beacon",
    "Birchwood",
    "Blue Heron",
    "Blue Ridge",
    "Bluestone",
    "Brightpath",
    "Cascade",
    "Cedar Grove",
    "Clearwater",
    "Cobalt",
    "Compass",
    "Copperfield",
    "Cornerstone",
    "Crestview",
    "Crossroads",
    "Delta",
    "Eastgate",
    "Echo Valley",
    "Elevate",
    "Emerald",
    "Evergreen",
    "Falcon",
    "First Light",
    "Foxglove",
    "Frontier",
    "Golden Gate",
    "Granite",
    "Green Mountain",
    "Harborview",
    "Heritage",
    "Highland",
    "Horizon",
    "Ironwood",
    "Ivy Hill",
    "Juniper",
    "Keystone",
    "Lakeshore",
    "Lantern",
    "Liberty",
    "Lighthouse",
    "Lone Star",
    "Magnolia",
    "Maple Leaf",
    "Meridian",
    "Midtown",
    "Mosaic",
    "Mountain View",
    "New Leaf",
    "Noble",
    "North Point",
    "Northstar",
    "Oak Hollow",
    "Old Mill",
    "Onyx",
    "Orchard",
    "Pacific",
    "Paragon",
    "Pinecrest",
    "Pinnacle",
    "Pioneer",
    "Prairie",
    "Quantum",
    "Quarry",
    "Red Cedar",
    "Ridgeline",
    "Riverbend",
    "Rosewood",
    "Sage",
    "Sapphire",
    "Sequoia",
    "Sierra",
    "Silver Oak",
    "Sky Harbor",
    "Solstice",
    "Southgate",
    "Spring Valley",
    "Springbrook",
    "Stonebridge",
    "Summit",
    "Sundial",
    "Tamarack",
    "Three Rivers",
    "Timberline",
    "Trillium",
    "True North",
    "Twin Lakes",
    "Union",
    "Valley Forge",
    "Vanguard",
    "Vista",
    "Waterford",
    "Westbrook",
    "Whitewater",
    "Wildflower",
    "Willow Creek",
    "Windmill",
    "Zenith",
];

/// What they do, and the market segment that goes with it.
const TRADES: &[(&str, usize)] = &[
    ("Dental", 1),
    ("Family Dentistry", 1),
    ("Orthopedics", 1),
    ("Pediatrics", 1),
    ("Veterinary Clinic", 1),
    ("Physical Therapy", 1),
    ("Eye Care", 1),
    ("Home Health", 1),
    ("Senior Living", 1),
    ("Pharmacy", 1),
    ("Law Group", 2),
    ("Legal", 2),
    ("Title Company", 2),
    ("Accounting", 3),
    ("Wealth Management", 3),
    ("Insurance Agency", 3),
    ("Credit Union", 3),
    ("Tax Advisors", 3),
    ("Mortgage", 3),
    ("Manufacturing", 4),
    ("Machine Works", 4),
    ("Plastics", 4),
    ("Tool & Die", 4),
    ("Packaging", 4),
    ("Metal Fabrication", 4),
    ("Foods", 4),
    ("Brewing Company", 4),
    ("Construction", 5),
    ("Roofing", 5),
    ("Electric", 5),
    ("Plumbing & Heating", 5),
    ("Builders", 5),
    ("Landscaping", 5),
    ("Concrete", 5),
    ("Hardware", 6),
    ("Furniture", 6),
    ("Outfitters", 6),
    ("Auto Parts", 6),
    ("Garden Center", 6),
    ("Jewelers", 6),
    ("Academy", 7),
    ("Montessori School", 7),
    ("Learning Center", 7),
    ("Hotel", 8),
    ("Catering", 8),
    ("Brewpub", 8),
    ("Resort & Spa", 8),
    ("Logistics", 9),
    ("Freight", 9),
    ("Trucking", 9),
    ("Moving & Storage", 9),
    ("Architects", 10),
    ("Engineering", 10),
    ("Consulting", 10),
    ("Marketing", 10),
    ("Realty", 10),
    ("Staffing", 10),
    ("Printing", 10),
    ("Design Studio", 10),
    ("Property Management", 10),
    ("Community Foundation", 0),
    ("Food Bank", 0),
    ("Youth Services", 0),
    ("Animal Rescue", 0),
    ("Water District", 11),
    ("Fire Protection District", 11),
    ("Public Library", 11),
];
const GERMAN_TRADES: &[(&str, usize)] = &[
    ("Maschinenbau", 4),
    ("Elektrotechnik", 5),
    ("Steuerberatung", 3),
    ("Spedition", 9),
    ("Feinmechanik", 4),
    ("Bäckerei", 6),
    ("Sanitär- und Heizungstechnik", 5),
    ("Zahntechnik", 1),
    ("Apotheke", 1),
    ("Rechtsanwälte", 2),
    ("Architekten", 10),
    ("Druckerei", 10),
    ("Möbelwerkstätten", 4),
    ("Kunststofftechnik", 4),
    ("Gartenbau", 5),
    ("Hausverwaltung", 10),
    ("Brauerei", 4),
    ("Autohaus", 6),
    ("Ingenieurbüro", 10),
    ("Werkzeugbau", 4),
    ("Gebäudereinigung", 10),
    ("Hotel", 8),
];
const FRENCH_TRADES: &[(&str, usize)] = &[
    ("Transports", 9),
    ("Boulangerie", 6),
    ("Menuiserie", 5),
    ("Cabinet d'avocats", 2),
    ("Expertise comptable", 3),
    ("Plomberie", 5),
    ("Architecture", 10),
    ("Vignobles", 4),
    ("Imprimerie", 10),
    ("Pharmacie", 1),
    ("Électricité générale", 5),
    ("Hôtellerie", 8),
    ("Mécanique de précision", 4),
    ("Immobilier", 10),
];
const DUTCH_TRADES: &[(&str, usize)] = &[
    ("Transport", 9),
    ("Bouw", 5),
    ("Installatietechniek", 5),
    ("Accountants", 3),
    ("Advocaten", 2),
    ("Kwekerij", 4),
    ("Zuivel", 4),
    ("Makelaardij", 10),
    ("Drukkerij", 10),
    ("Tandartspraktijk", 1),
    ("Scheepvaart", 9),
    ("Fietsen", 6),
];
const LATIN_TRADES: &[(&str, usize)] = &[
    ("Trasporti", 9),
    ("Meccanica", 4),
    ("Costruzioni", 5),
    ("Alimentari", 4),
    ("Logística", 9),
    ("Construcciones", 5),
    ("Cerámica", 4),
    ("Studio Legale", 2),
    ("Asesores", 3),
    ("Moda", 6),
];
const NORDIC_TRADES: &[(&str, usize)] = &[
    ("Bygg", 5),
    ("Elektro", 5),
    ("Redovisning", 3),
    ("Rederi", 9),
    ("Møbler", 6),
    ("Konepaja", 4),
    ("Tandvård", 1),
    ("Konsult", 10),
    ("Energi", 4),
];
const POLISH_TRADES: &[(&str, usize)] =
    &[("Transport", 9), ("Budownictwo", 5), ("Meble", 4), ("Kancelaria Prawna", 2), ("Elektronika", 4)];

/// Trades of these segments are no firms.
const CHARITY: usize = 0;
const PUBLIC: usize = 11;

/// Names that a tidy program trips over, with their countries; each stands once in a world.
pub(super) const STRANGE: [(&str, &str, usize); 10] = [
    ("JP", "株式会社さくら工業", 4),
    ("JP", "東京データサービス株式会社", 10),
    ("PL", "Żółta Łódź Żegluga i Usługi Sp. z o.o.", 9),
    ("US", "Καλημέρα Bakery & Café LLC", 6),
    ("US", "Восток Trading Company", 6),
    ("US", "<b>Bold & Daring</b> Interiors, Inc.", 10),
    ("US", "\"Quoted\" Signs & 'More' -- 100% Custom; Sign_Shop", 10),
    ("US", "A", 10),
    ("GB", "The Most Honourable Guild of Upholsterers, Trimmers and Makers of Very Comfortable Chairs, Ltd.", 4),
    ("DE", "Rhabarberbarbarabarbarbarenbartbarbierbierbar Zur Goldenen Schere GmbH & Co. KG", 8),
];

/// Words that a branch puts behind the name of its group.
const BRANCHES: &[&str] = &[
    "Midwest",
    "West",
    "East",
    "Holdings",
    "Services",
    "International",
    "Properties",
    "South",
    "Research",
    "Northern Division",
    "Digital",
    "Distribution",
];

type Trades = &'static [(&'static str, usize)];

fn words(country: &str) -> (&'static [&'static str], Trades) {
    match country {
        "DE" | "AT" | "CH" => (GERMAN_SURNAMES, GERMAN_TRADES),
        "FR" => (FRENCH_SURNAMES, FRENCH_TRADES),
        "NL" | "BE" => (DUTCH_SURNAMES, DUTCH_TRADES),
        "IT" | "ES" => (LATIN_SURNAMES, LATIN_TRADES),
        "SE" | "FI" | "DK" => (NORDIC_SURNAMES, NORDIC_TRADES),
        "PL" => (POLISH_SURNAMES, POLISH_TRADES),
        _ => (SURNAMES, TRADES),
    }
}

fn form(dice: &mut Dice, country: &str) -> &'static str {
    dice.weighted(match country {
        "US" => &[
            (30, ", Inc."),
            (12, " Inc"),
            (28, " LLC"),
            (6, ", LLC"),
            (5, " Corp."),
            (4, ", P.C."),
            (3, " LLP"),
            (3, " Co."),
            (9, ""),
        ],
        "CA" => &[(40, " Ltd."), (35, " Inc."), (10, " Limited"), (5, " Corp."), (10, "")],
        "GB" => &[(55, " Ltd"), (15, " Limited"), (10, " LLP"), (3, " plc"), (17, "")],
        "DE" => &[(60, " GmbH"), (15, " GmbH & Co. KG"), (12, " AG"), (6, " e.K."), (7, "")],
        "AT" => &[(75, " GmbH"), (10, " AG"), (15, "")],
        "CH" => &[(45, " AG"), (35, " GmbH"), (15, " SA"), (5, "")],
        "FR" => &[(40, " SARL"), (40, " SAS"), (20, " S.A.")],
        "NL" => &[(85, " B.V."), (5, " N.V."), (10, "")],
        "AU" => &[(85, " Pty Ltd"), (15, "")],
        "NZ" => &[(80, " Limited"), (20, "")],
        "IE" => &[(80, " Ltd"), (20, " DAC")],
        "IT" => &[(70, " S.r.l."), (30, " S.p.A.")],
        "ES" => &[(70, " S.L."), (30, " S.A.")],
        "SE" => &[(100, " AB")],
        "FI" => &[(90, " Oy"), (10, " Oyj")],
        "DK" => &[(60, " ApS"), (40, " A/S")],
        "BE" => &[(70, " BV"), (30, " SA")],
        "PL" => &[(90, " Sp. z o.o."), (10, " S.A.")],
        _ => &[(1, "")],
    })
}

/// A company's name; `city` is where it is.
pub(super) fn company(dice: &mut Dice, country: &str, city: &str) -> Name {
    let (surnames, trades) = words(country);
    let english = std::ptr::eq(surnames, SURNAMES);
    let weights: Vec<(u32, (&str, usize))> = trades.iter().map(|trade| (1, *trade)).collect();
    let (trade, segment) = dice.weighted(&weights);
    let core = if english {
        match if segment == PUBLIC { 65 } else { dice.below(100) } {
            0..34 => format!("{} {trade}", dice.pick(STEMS)),
            34..62 => format!("{} {trade}", dice.pick(surnames)),
            62..74 => format!("{city} {trade}"),
            74..84 => {
                let (a, b) = (dice.pick(surnames), dice.pick(surnames));
                if dice.percent(50) { format!("{a} & {b} {trade}") } else { format!("{a}, {b} & Associates") }
            }
            84..92 => format!("{} & Sons {trade}", dice.pick(surnames)),
            _ => format!(
                "{} {} {trade}",
                dice.pick(STEMS),
                dice.pick(&["Group", "Partners", "Regional", "Community", "Advanced"])
            ),
        }
    } else {
        let german = matches!(country, "DE" | "AT" | "CH");
        // How often of ten: surname first, trade first, two surnames; else trade and city, or an invented word.
        let (first, second, third) = if german {
            (4, 6, 8)
        } else if country == "FR" {
            (1, 7, 7)
        } else {
            (5, 5, 5)
        };
        match dice.below(10) {
            roll if roll < first => format!("{} {trade}", dice.pick(surnames)),
            roll if roll < second => format!("{trade} {}", dice.pick(surnames)),
            roll if roll < third => format!("{} & {} {trade}", dice.pick(surnames), dice.pick(surnames)),
            8.. => format!("{} {trade}", dice.pick(STEMS)),
            _ => format!("{trade} {city}"),
        }
    };
    let mut form = form(dice, country);
    // Public bodies have no legal form in their names, and charities seldom.
    if english && (segment == PUBLIC || segment == CHARITY && dice.percent(70)) {
        form = "";
    }
    Name { core, form: form.to_owned(), segment }
}

/// The name of a branch of a group.
pub(super) fn branch(dice: &mut Dice, group: &Name, country: &str, city: &str) -> Name {
    let word = if dice.percent(40) { city } else { dice.pick(BRANCHES) };
    // A branch of a branch carries the group's name, not its parent's whole one.
    let stem: Vec<&str> = group.core.split(" – ").take(1).collect();
    let core = format!("{} – {word}", stem.join(""));
    Name { core: core.chars().take(80).collect(), form: form(dice, country).to_owned(), segment: group.segment }
}

/// The name as an address on the web: letters and digits, accents written out or left off.
pub(super) fn slug(name: &str) -> String {
    let mut out = String::new();
    for c in fold(name).chars() {
        match c {
            'a'..='z' | '0'..='9' => out.push(c),
            _ => out.push_str(plain(c)),
        }
    }
    out.truncate(40);
    if out.is_empty() { "company".to_owned() } else { out }
}

/// A folded letter without its accent.
pub(super) fn plain(c: char) -> &'static str {
    match c {
        'ä' => "ae",
        'ö' => "oe",
        'ü' => "ue",
        'ß' => "ss",
        'á' | 'à' | 'â' | 'å' | 'ą' | 'ã' => "a",
        'é' | 'è' | 'ê' | 'ë' | 'ę' => "e",
        'í' | 'ì' | 'î' | 'ï' => "i",
        'ó' | 'ò' | 'ô' | 'ø' => "o",
        'ú' | 'ù' | 'û' => "u",
        'ç' | 'ć' => "c",
        'ñ' | 'ń' => "n",
        'ł' => "l",
        'ś' => "s",
        'ż' | 'ź' => "z",
        'æ' => "ae",
        'ý' => "y",
        _ => "",
    }
}

/// A person's first and last name, and whether the prefix is Ms.
pub(super) fn person(dice: &mut Dice, country: &str) -> (&'static str, &'static str, bool) {
    let (women, men): (&[&str], &[&str]) = match country {
        "DE" | "AT" | "CH" => (
            &[
                "Anna",
                "Birgit",
                "Claudia",
                "Dörte",
                "Elke",
                "Franziska",
                "Gabi",
                "Hannah",
                "Ingrid",
                "Jasmin",
                "Katharina",
                "Lena",
                "Monika",
                "Petra",
                "Sabine",
                "Ursula",
            ],
            &[
                "Andreas",
                "Bernd",
                "Christoph",
                "Dirk",
                "Erik",
                "Florian",
                "Günter",
                "Heinz",
                "Jörg",
                "Jürgen",
                "Klaus",
                "Lukas",
                "Matthias",
                "Stefan",
                "Thomas",
                "Wolfgang",
            ],
        ),
        "FR" => (
            &[
                "Amélie",
                "Camille",
                "Chloé",
                "Élodie",
                "Françoise",
                "Inès",
                "Juliette",
                "Léa",
                "Manon",
                "Noémie",
                "Sophie",
                "Zoé",
            ],
            &[
                "Antoine",
                "Benoît",
                "Étienne",
                "François",
                "Guillaume",
                "Hugo",
                "Jérôme",
                "Luc",
                "Mathieu",
                "Nicolas",
                "Rémi",
                "Théo",
            ],
        ),
        "NL" | "BE" => (
            &["Anouk", "Femke", "Fleur", "Ilse", "Lotte", "Marieke", "Roos", "Sanne"],
            &["Bram", "Daan", "Henk", "Jeroen", "Joost", "Pieter", "Ruben", "Sven"],
        ),
        "IT" | "ES" => (
            &["Alessia", "Begoña", "Carmen", "Chiara", "Francesca", "Giulia", "Lucía", "María", "Núria", "Sofía"],
            &["Álvaro", "Andrés", "Giorgio", "Javier", "José", "Luca", "Marco", "Matteo", "Paolo", "Raúl"],
        ),
        "SE" | "FI" | "DK" => (
            &["Aino", "Astrid", "Ebba", "Freja", "Ingrid", "Maja", "Signe", "Tuuli", "Åsa"],
            &["Anders", "Björn", "Eero", "Jørgen", "Lars", "Mikkel", "Oskar", "Sören", "Väinö"],
        ),
        "PL" => (
            &["Agnieszka", "Ewa", "Katarzyna", "Małgorzata", "Zofia"],
            &["Jakub", "Łukasz", "Paweł", "Stanisław", "Wojciech"],
        ),
        "JP" => (&["愛子", "さくら", "由美子"], &["健太", "翔", "大輔"]),
        _ => (
            &[
                "Abigail",
                "Alice",
                "Amara",
                "Angela",
                "Brenda",
                "Carla",
                "Chloe",
                "Dana",
                "Denise",
                "Elena",
                "Emily",
                "Fatima",
                "Grace",
                "Hannah",
                "Helen",
                "Irene",
                "Jasmine",
                "Joyce",
                "Karen",
                "Latoya",
                "Laura",
                "Linda",
                "Maria",
                "Megan",
                "Mei",
                "Monica",
                "Naomi",
                "Nicole",
                "Olivia",
                "Paula",
                "Priya",
                "Rachel",
                "Rosa",
                "Sarah",
                "Shannon",
                "Stephanie",
                "Teresa",
                "Valerie",
                "Wendy",
                "Zoe",
            ],
            &[
                "Aaron", "Adam", "Andre", "Anthony", "Ben", "Bill", "Brian", "Carlos", "Chris", "Daniel", "David",
                "Derek", "Ed", "Eric", "Frank", "George", "Greg", "Hassan", "Ian", "Jack", "James", "Jason", "Jerome",
                "Juan", "Keith", "Kevin", "Larry", "Luis", "Mark", "Michael", "Nathan", "Omar", "Patrick", "Peter",
                "Rajesh", "Robert", "Sam", "Scott", "Tyler", "Victor",
            ],
        ),
    };
    let surnames = if country == "JP" { &["佐藤", "鈴木", "高橋", "田中"][..] } else { words(country).0 };
    let woman = dice.percent(50);
    (dice.pick(if woman { women } else { men }), dice.pick(surnames), woman)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_their_fields() {
        for (_, name, _) in STRANGE {
            assert!(name.chars().count() <= 100, "{name}");
        }
        for stream in 0..2000 {
            let mut dice = Dice::new(5, stream);
            let name = company(
                &mut dice,
                ["US", "DE", "FR", "NL", "ES", "FI", "PL", "GB"][usize::try_from(stream % 8).expect("small")],
                "Frankfurt am Main",
            );
            let branch = branch(&mut dice, &name, "US", "Frankfurt am Main");
            assert!(name.full().chars().count() <= 100 && branch.full().chars().count() <= 100, "{name:?}");
        }
    }

    #[test]
    fn slugs_are_plain() {
        assert_eq!(slug("Müller & Söhne – Groß"), "muellersoehnegross");
        assert_eq!(slug("株式会社"), "company");
    }
}
