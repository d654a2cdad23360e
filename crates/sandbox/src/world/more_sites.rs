//! More sites: those that came later, after all that the companies began with, so that the first ones keep their ids.

use super::Maker;
use super::dice::Dice;
use super::places::Place;

/// The streams of these sites begin here.
const STREAMS: u64 = 1 << 43;
const NAMES: [&str; 6] = ["Annex", "Depot", "Service Point", "Laboratory", "Training Center", "Archive"];

/// Makes none to three more sites for each company, numbered from 1 as they are listed.
pub(super) fn all(maker: &mut Maker<'_>, companies: &[(i64, &'static Place)]) -> rusqlite::Result<()> {
    for (number, (company, home)) in (1_u64..).zip(companies) {
        let mut dice = Dice::new(maker.seed, STREAMS + number);
        let offset = usize::try_from(dice.below(6)).unwrap_or(0);
        for index in 0..dice.weighted(&[(45, 0_usize), (25, 1), (20, 2), (10, 3)]) {
            let at = if dice.percent(50) { home } else { home.country.place(&mut dice) };
            let mut row = maker.row("CompanyLocations");
            row.set("companyID", *company);
            row.set_text("name", &format!("{} {}", at.city, NAMES[(offset + index) % NAMES.len()]));
            row.set_cut("address1", Some(&at.country.street(&mut dice)));
            row.set_cut("city", Some(at.city));
            row.set_cut("state", Some(at.state));
            row.set_cut("postalCode", Some(&at.postal_code(&mut dice)));
            row.set("countryID", at.country.id);
            row.set_cut("phone", dice.percent(60).then(|| at.phone(&mut dice)).as_deref());
            row.set("isActive", dice.percent(90));
            for flag in ["isPrimary", "isTaxExempt", "overrideCompanyTaxSettings"] {
                row.set(flag, false);
            }
            row.set("roundtripDistance", f64::from(dice.below(900)) / 10.0);
            maker.insert(row)?;
        }
    }
    Ok(())
}
