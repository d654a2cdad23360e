//! Under way: the rows that are being written.

/// The rows, by [`super::key_of`]; one that is written twice at once stands here twice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UnderWay(Vec<String>);

impl UnderWay {
    /// A write of a row begins.
    pub fn begin(&mut self, key: &str) {
        self.0.push(key.to_owned());
    }

    /// A write of a row has ended.
    pub fn end(&mut self, key: &str) {
        if let Some(at) = self.0.iter().position(|known| known == key) {
            self.0.swap_remove(at);
        }
    }

    /// Whether a row is being written.
    pub fn has(&self, key: &str) -> bool {
        self.0.iter().any(|known| known == key)
    }
}

#[cfg(test)]
mod tests {
    use super::UnderWay;

    #[test]
    fn each_row_is_busy_until_its_own_last_write_has_ended() {
        let mut under_way = UnderWay::default();
        ["Companies/7", "Contacts/7", "Companies/7"].iter().for_each(|key| under_way.begin(key));
        under_way.end("Contacts/7");
        under_way.end("Companies/7");
        under_way.end("Companies/8");
        assert_eq!(["Companies/7", "Contacts/7", "Companies/8"].map(|key| under_way.has(key)), [true, false, false]);
        under_way.end("Companies/7");
        assert_eq!(under_way, UnderWay::default());
    }
}
