//! The glyph of a company type: the shape says which type, the colour only repeats it.

use leptos::prelude::*;

/// The shapes there are. Picklist values differ from tenant to tenant, so a shape is found by the label's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeGlyph {
    Customer,
    Prospect,
    Lead,
    Cancelation,
    Dead,
    Vendor,
    Partner,
    /// Any type we have no shape for: a plain ring.
    Other,
}

const RING: &str = "M1.5 7a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0Z";

impl TypeGlyph {
    /// Reads the shape out of a label such as "Customer" or "Key customer (EMEA)".
    pub fn from_label(label: &str) -> Self {
        let label = label.to_lowercase();
        const WORDS: [(&str, TypeGlyph); 9] = [
            ("customer", TypeGlyph::Customer),
            ("client", TypeGlyph::Customer),
            ("prospect", TypeGlyph::Prospect),
            ("lead", TypeGlyph::Lead),
            ("cancel", TypeGlyph::Cancelation),
            ("dead", TypeGlyph::Dead),
            ("vendor", TypeGlyph::Vendor),
            ("supplier", TypeGlyph::Vendor),
            ("partner", TypeGlyph::Partner),
        ];
        // "Former customer" and the like are cancelled ones, whichever word stands first.
        let found = if label.contains("former") { None } else { WORDS.iter().find(|(word, _)| label.contains(word)) };
        found.map_or(TypeGlyph::Other, |(_, glyph)| *glyph)
    }

    /// The class that gives the colour.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "glyph customer",
            Self::Prospect => "glyph prospect",
            Self::Lead => "glyph lead",
            Self::Cancelation => "glyph cancelation",
            Self::Dead => "glyph dead",
            Self::Vendor => "glyph vendor",
            Self::Partner => "glyph partner",
            Self::Other => "glyph other",
        }
    }

    /// The outline and the filled part.
    const fn paths(self) -> (&'static str, &'static str) {
        match self {
            Self::Customer => (RING, "M3.75 7a3.25 3.25 0 1 0 6.5 0a3.25 3.25 0 1 0 -6.5 0Z"),
            Self::Prospect => (RING, "M7 2.75a4.25 4.25 0 0 1 0 8.5Z"),
            Self::Lead | Self::Other => (RING, ""),
            Self::Cancelation => ("M1.5 7a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0ZM4.8 4.8l4.4 4.4M9.2 4.8 4.8 9.2", ""),
            Self::Dead => ("M1.5 7a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0ZM4.5 7h5", ""),
            Self::Vendor => ("M4 2h6a2 2 0 0 1 2 2v6a2 2 0 0 1 -2 2h-6a2 2 0 0 1 -2 -2v-6a2 2 0 0 1 2 -2Z", ""),
            Self::Partner => ("M7 1.25 12.75 7 7 12.75 1.25 7Z", ""),
        }
    }

    /// The glyph as an element. It is decoration: the label stands beside it or in the row.
    pub fn view(self) -> AnyView {
        let (outline, filled) = self.paths();
        view! {
            <svg class=self.as_str() viewBox="0 0 14 14" aria-hidden="true">
                <path d=outline />
                <path class="f" d=filled />
            </svg>
        }
        .into_any()
    }
}

#[cfg(test)]
mod tests {
    use super::TypeGlyph;

    #[test]
    fn the_label_decides_the_shape() {
        for (label, glyph) in [
            ("Customer", TypeGlyph::Customer),
            ("Cancelation", TypeGlyph::Cancelation),
            ("Vendor", TypeGlyph::Vendor),
            ("Former customer", TypeGlyph::Other),
            ("", TypeGlyph::Other),
        ] {
            assert_eq!(TypeGlyph::from_label(label), glyph, "{label}");
        }
    }
}
