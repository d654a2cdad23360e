//! Legal forms of companies in many countries, and cutting them off a name.

/// Words, folded and without punctuation: a name that ends with one means the same company without it.
const WORDS: [&str; 93] = [
    "ab",
    "ag",
    "as",
    "asa",
    "aps",
    "ad",
    "bhd",
    "bv",
    "bvba",
    "cc",
    "co",
    "company",
    "corp",
    "corporation",
    "cv",
    "cvba",
    "doo",
    "dooel",
    "eeig",
    "eg",
    "egen",
    "ehf",
    "ek",
    "eood",
    "eu",
    "eurl",
    "ev",
    "fze",
    "gbr",
    "gesmbh",
    "gmbh",
    "hf",
    "inc",
    "incorporated",
    "ivs",
    "kb",
    "kda",
    "kft",
    "kg",
    "kgaa",
    "kk",
    "ks",
    "lda",
    "limited",
    "llc",
    "llp",
    "lllp",
    "lp",
    "ltd",
    "ltda",
    "ltee",
    "mbh",
    "mbb",
    "nv",
    "nyrt",
    "oao",
    "od",
    "oe",
    "ohg",
    "ood",
    "ooo",
    "ou",
    "oy",
    "oyj",
    "pc",
    "plc",
    "pllc",
    "pte",
    "pty",
    "pvt",
    "sa",
    "sapa",
    "sarl",
    "sas",
    "sasu",
    "sca",
    "scop",
    "scrl",
    "sdn",
    "se",
    "sia",
    "sl",
    "slu",
    "snc",
    "spa",
    "spj",
    "sprl",
    "sro",
    "srl",
    "uab",
    "ug",
    "ulc",
    "zrt",
];

/// The same of several words.
const PHRASES: [&str; 16] = [
    "sp z oo",
    "sp z o o",
    "sp k",
    "s a",
    "s r o",
    "spol sro",
    "a s",
    "d o o",
    "sa de cv",
    "s de rl de cv",
    "s de rl",
    "proprietary limited",
    "private limited",
    "limited liability company",
    "gesellschaft mbh",
    "gesellschaft mit beschrankter haftung",
];

/// Words that stand before a name.
const LEADING: [&str; 6] = ["the", "ооо", "оао", "зао", "тов", "pt"];

/// Written before or behind a name, without a space.
const JOINED: [&str; 6] = ["株式会社", "有限会社", "合同会社", "有限公司", "주식회사", "㈱"];

/// A word of at most 8 bytes as a number, so that looking one up compares numbers.
const fn packed(word: &[u8]) -> u64 {
    let mut number = 0;
    let mut at = 0;
    while at < word.len() {
        number = number << 8 | word[at] as u64;
        at += 1;
    }
    number
}

/// The words of at most 8 bytes, packed and ascending.
static PACKED: [u64; WORDS.len()] = {
    let mut all = [0; WORDS.len()];
    let mut at = 0;
    while at < WORDS.len() {
        let mut number = if WORDS[at].len() <= 8 { packed(WORDS[at].as_bytes()) } else { 0 };
        // Insertion sort: the table is small, and made while compiling.
        let mut place = at;
        while place > 0 && all[place - 1] > number {
            all[place] = all[place - 1];
            place -= 1;
        }
        std::mem::swap(&mut all[place], &mut number);
        at += 1;
    }
    all
};

/// Whether a folded word is a legal form.
#[must_use]
pub fn is_legal_form(word: &str) -> bool {
    match word.len() {
        0 | 1 => false,
        2..=8 => PACKED.binary_search(&packed(word.as_bytes())).is_ok(),
        length => WORDS.iter().any(|form| form.len() == length && *form == word),
    }
}

/// Where, in words with one space between them, the name without its legal forms begins and ends. Something is
/// always left, even where a name is a legal form.
pub(crate) fn cut_legal_forms(words: &str) -> (usize, usize) {
    let mut end = words.len();
    while let Some(shorter) = without_last(&words[..end]) {
        end = shorter;
    }
    let mut start = 0;
    if let Some((first, rest)) = words[..end].split_once(' ')
        && !rest.is_empty()
        && LEADING.contains(&first)
    {
        start = first.len() + 1;
    }
    if !words.is_ascii() {
        for form in JOINED {
            let name = &words[start..end];
            if name.len() > form.len() {
                start += if name.starts_with(form) { form.len() } else { 0 };
            }
            let name = &words[start..end];
            if name.len() > form.len() {
                end -= if name.ends_with(form) { form.len() } else { 0 };
            }
        }
        let name = &words[start..end];
        start += name.len() - name.trim_start().len();
        end = start + words[start..end].trim_end().len();
    }
    (start, end)
}

/// Where the name ends without its last legal form, if it has one and something stands before it.
fn without_last(name: &str) -> Option<usize> {
    let space = name.rfind(' ')?;
    let last = &name[space + 1..];
    // Phrases first: `z oo` must not be left of `sp z oo`.
    if matches!(last, "oo" | "o" | "k" | "a" | "s" | "sro" | "cv" | "rl" | "limited" | "company" | "mbh" | "haftung") {
        for phrase in PHRASES {
            if let Some(rest) = name.strip_suffix(phrase).and_then(|rest| rest.strip_suffix(' ')) {
                return Some(rest.len());
            }
        }
    }
    (last == "and" || is_legal_form(last)).then_some(space)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(words: &str) -> &str {
        let (start, end) = cut_legal_forms(words);
        &words[start..end]
    }

    #[test]
    fn every_form_is_cut_and_something_is_left() {
        for form in WORDS.iter().chain(&PHRASES) {
            assert_eq!(cut(&format!("acme {form}")), "acme", "{form}");
            assert!(!cut(form).is_empty(), "{form}");
        }
        for form in JOINED {
            assert_eq!((cut(&format!("{form}x")), cut(&format!("x{form}")), cut(form)), ("x", "x", form));
        }
        assert_eq!(cut("rosenthal and co kg"), "rosenthal");
        assert_eq!(cut("the limited"), "the", "the last word but one stays");
        assert_eq!(cut(""), "");
    }

    #[test]
    fn a_word_that_only_looks_like_one_stays() {
        for name in ["acme dental", "costa", "zo", "incorporated", "smith incs"] {
            assert_eq!(cut(name), name);
        }
        assert!(!is_legal_form("incorporate") && is_legal_form("incorporated") && is_legal_form("inc"));
    }
}
