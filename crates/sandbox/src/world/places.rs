//! Places: cities with their postal codes and area codes, and how each country writes phones, streets and firms.

use std::sync::OnceLock;

use super::dice::Dice;

/// The 251 rows of Countries: id, code and name, as a live instance has them.
pub(super) const COUNTRIES: &str = include_str!("countries.txt");
const PLACES: &str = include_str!("places.txt");

/// A city.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) country: &'static Country,
    pub(super) city: &'static str,
    pub(super) state: &'static str,
    postal: &'static str,
    area: &'static str,
}

/// How a country writes things.
#[derive(Debug)]
pub(super) struct Country {
    pub(super) code: &'static str,
    pub(super) id: i64,
    /// How many of a hundred companies are there.
    weight: u32,
    /// `~` stands for the area code.
    phones: &'static [&'static str],
    mobile: &'static str,
    /// `$` stands for the street, `%` for the number.
    street: &'static str,
    streets: &'static [&'static str],
    pub(super) domain: &'static str,
    pub(super) tax_id: &'static str,
    pub(super) currency: &'static str,
}

const ENGLISH_STREETS: &[&str] = &[
    "Main Street",
    "Oak Avenue",
    "Maple Drive",
    "Washington Boulevard",
    "Park Road",
    "Church Street",
    "Mill Lane",
    "Lakeview Drive",
    "Industrial Parkway",
    "Commerce Court",
    "Market Street",
    "Highland Avenue",
    "Cedar Lane",
    "River Road",
    "Station Road",
    "Bridge Street",
    "Franklin Street",
    "Sunset Boulevard",
    "Technology Way",
    "Elm Street",
    "King Street",
    "Queen Street",
    "Harbour Road",
    "Victoria Road",
    "Hillcrest Avenue",
    "Foundry Row",
];
const GERMAN_STREETS: &[&str] = &[
    "Hauptstraße",
    "Bahnhofstraße",
    "Industriestraße",
    "Gartenweg",
    "Lindenallee",
    "Schillerstraße",
    "Goethestraße",
    "Am Mühlbach",
    "Marktplatz",
    "Kirchgasse",
    "Ringstraße",
    "Gewerbepark",
    "Rosenweg",
    "Bergstraße",
];
const FRENCH_STREETS: &[&str] = &[
    "rue de la République",
    "avenue Victor Hugo",
    "rue des Écoles",
    "boulevard Gambetta",
    "rue du Commerce",
    "place de l'Église",
    "rue Pasteur",
    "avenue Jean Jaurès",
    "rue de l'Industrie",
    "quai des Célestins",
];
const DUTCH_STREETS: &[&str] = &[
    "Kerkstraat",
    "Dorpsstraat",
    "Stationsweg",
    "Molenlaan",
    "Industrieweg",
    "Julianaplein",
    "Hoofdweg",
    "Prinsengracht",
];
const ITALIAN_STREETS: &[&str] =
    &["Via Roma", "Via Garibaldi", "Corso Italia", "Via Dante Alighieri", "Piazza della Libertà", "Viale Europa"];
const SPANISH_STREETS: &[&str] = &[
    "Calle Mayor",
    "Avenida de la Constitución",
    "Calle del Sol",
    "Paseo de Gracia",
    "Calle de Alcalá",
    "Plaza de España",
];
const NORDIC_STREETS: &[&str] =
    &["Storgatan", "Kungsgatan", "Vasagatan", "Hämeenkatu", "Østergade", "Nørregade", "Industrigatan"];
const POLISH_STREETS: &[&str] = &["ul. Polna", "ul. Długa", "ul. Kościuszki", "al. Jerozolimskie", "ul. Świętokrzyska"];
const JAPANESE_STREETS: &[&str] = &["丸の内", "銀座", "北区梅田", "新宿"];

#[allow(clippy::too_many_arguments, reason = "one row of a table")]
const fn country(
    code: &'static str,
    id: i64,
    weight: u32,
    phones: &'static [&'static str],
    mobile: &'static str,
    street: &'static str,
    streets: &'static [&'static str],
    domain: &'static str,
    tax_id: &'static str,
    currency: &'static str,
) -> Country {
    Country { code, id, weight, phones, mobile, street, streets, domain, tax_id, currency }
}

#[rustfmt::skip]
static TABLE: [Country; 18] = [
    //      code  id   in 100  phones                                                      mobile              street      streets           domain    tax id          currency
    country("US", 237, 56, &["(~) 555-####", "~-555-####", "~.555.####", "+1 ~ 555 ####"], "(~) 555-####",     "% $",      ENGLISH_STREETS,  "com",    "##-#######",   "USD"),
    country("CA", 41,   7, &["(~) 555-####", "~-555-####", "+1 ~ 555 ####"],               "(~) 555-####",     "% $",      ENGLISH_STREETS,  "ca",     "#########RT0001", "CAD"),
    country("GB", 236,  8, &["+44 ~ 496 ####", "0~ 496 ####"],                             "+44 7700 900###",  "% $",      ENGLISH_STREETS,  "co.uk",  "GB#########",  "GBP"),
    country("DE", 84,   7, &["+49 ~ #######", "0~/######", "+49 (0)~ ######"],             "+49 171 #######",  "$ %",      GERMAN_STREETS,   "de",     "DE#########",  "EUR"),
    country("AT", 16,   2, &["+43 ~ ######", "0~ / ######"],                               "+43 664 #######",  "$ %",      GERMAN_STREETS,   "at",     "ATU########",  "EUR"),
    country("CH", 217,  3, &["+41 ~ ### ## ##", "0~ ### ## ##"],                           "+41 79 ### ## ##", "$ %",      GERMAN_STREETS,   "ch",     "CHE-###.###.###", "CHF"),
    country("FR", 77,   3, &["+33 ~ ## ## ## ##", "0~ ## ## ## ##"],                       "+33 6 ## ## ## ##", "% $",     FRENCH_STREETS,   "fr",     "FR###########", "EUR"),
    country("NL", 158,  3, &["+31 ~ ### ####", "0~-#######"],                              "+31 6 ########",   "$ %",      DUTCH_STREETS,    "nl",     "NL#########B01", "EUR"),
    country("AU", 15,   4, &["+61 ~ #### ####", "(0~) #### ####"],                         "+61 4## ### ###",  "% $",      ENGLISH_STREETS,  "com.au", "## ### ### ###", "AUD"),
    country("NZ", 160,  1, &["+64 ~ ### ####"],                                            "+64 21 ### ####",  "% $",      ENGLISH_STREETS,  "co.nz",  "###-###-###",  "NZD"),
    country("IE", 108,  1, &["+353 ~ ### ####"],                                           "+353 87 ### ####", "% $",      ENGLISH_STREETS,  "ie",     "IE#######@",   "EUR"),
    country("IT", 111,  1, &["+39 ~ #######"],                                             "+39 34# #######",  "$ %",      ITALIAN_STREETS,  "it",     "IT###########", "EUR"),
    country("ES", 210,  1, &["+34 ~# ### ###"],                                            "+34 6## ### ###",  "$ %",      SPANISH_STREETS,  "es",     "ESB########",  "EUR"),
    country("SE", 216,  1, &["+46 ~ ### ## ##"],                                           "+46 70 ### ## ##", "$ %",      NORDIC_STREETS,   "se",     "SE##########01", "EUR"),
    country("FI", 76,   1, &["+358 ~ #### ###"],                                           "+358 40 ### ####", "$ %",      NORDIC_STREETS,   "fi",     "FI########",   "EUR"),
    country("DK", 62,   1, &["+45 ~ ## ## ##"],                                            "+45 2# ## ## ##",  "$ %",      NORDIC_STREETS,   "dk",     "DK########",   "EUR"),
    country("BE", 23,   1, &["+32 ~ ### ## ##"],                                           "+32 47# ## ## ##", "$ %",      DUTCH_STREETS,    "be",     "BE0#########", "EUR"),
    country("PL", 178,  1, &["+48 ~ ### ## ##"],                                           "+48 60# ### ###",  "$ %",      POLISH_STREETS,   "pl",     "PL##########", "EUR"),
];

/// Japan has no share of its own: it is where the companies with Japanese names are.
#[rustfmt::skip]
static JAPAN: Country =
    country("JP", 113, 0, &["+81 ~-####-####"],                                            "+81 90-####-####", "$%",       JAPANESE_STREETS, "co.jp",  "T#############", "USD");

fn places() -> &'static [Place] {
    static ALL: OnceLock<Vec<Place>> = OnceLock::new();
    ALL.get_or_init(|| {
        PLACES
            .lines()
            .filter_map(|line| {
                let mut parts = line.split('|');
                let mut next = || parts.next();
                let code = next()?;
                let country = TABLE.iter().chain([&JAPAN]).find(|country| country.code == code)?;
                Some(Place { country, city: next()?, state: next()?, postal: next()?, area: next()? })
            })
            .collect()
    })
}

impl Country {
    /// A country by its share of the companies.
    pub(super) fn roll(dice: &mut Dice) -> &'static Country {
        let weights: Vec<(u32, &'static Country)> = TABLE.iter().map(|country| (country.weight, country)).collect();
        dice.weighted(&weights)
    }

    pub(super) fn japan() -> &'static Country {
        &JAPAN
    }

    /// The country of this code; the first one for a code that is not in the table.
    pub(super) fn named(code: &str) -> &'static Country {
        TABLE.iter().find(|country| country.code == code).unwrap_or(&TABLE[0])
    }

    /// A city of the country.
    pub(super) fn place(&'static self, dice: &mut Dice) -> &'static Place {
        let here: Vec<&Place> = places().iter().filter(|place| place.country.code == self.code).collect();
        dice.pick(&here)
    }

    pub(super) fn mobile(&self, dice: &mut Dice, place: &Place) -> String {
        dice.shape(&self.mobile.replace('~', place.area))
    }

    /// A street with a number.
    pub(super) fn street(&self, dice: &mut Dice) -> String {
        let number = dice.between(1, if self.street.starts_with('%') { 2400 } else { 180 }).to_string();
        self.street.replace('$', dice.pick(self.streets)).replace('%', &number)
    }
}

impl Place {
    pub(super) fn postal_code(&self, dice: &mut Dice) -> String {
        dice.shape(self.postal)
    }

    pub(super) fn phone(&self, dice: &mut Dice) -> String {
        let shape = dice.pick(self.country.phones).replace('~', self.area);
        dice.shape(&shape)
    }
}

/// The street and what follows it, as far as a second line is usual.
pub(super) fn second_line(dice: &mut Dice, country: &Country) -> Option<String> {
    let english = matches!(country.code, "US" | "CA" | "GB" | "AU" | "NZ" | "IE");
    if !english || !dice.percent(28) {
        return None;
    }
    let kind = dice.weighted(&[(6, "Suite"), (2, "Unit"), (2, "Floor")]);
    Some(format!("{kind} {}", if kind == "Floor" { dice.between(2, 24) } else { dice.between(1, 40) * 10 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_place_of_a_known_country() {
        assert_eq!(places().len(), PLACES.lines().count());
        assert_eq!(TABLE.iter().map(|country| country.weight).sum::<u32>(), 102);
        for place in places() {
            assert!(place.city.chars().count() <= 30 && place.state.chars().count() <= 25, "{place:?}");
            let mut dice = Dice::new(1, 1);
            assert!(place.postal_code(&mut dice).chars().count() <= 10, "{place:?}");
            for phone in place.country.phones.iter().chain([&place.country.mobile]) {
                assert!(phone.replace('~', place.area).chars().count() <= 25, "{phone}");
            }
        }
    }
}
