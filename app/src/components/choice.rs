//! One thing that can be chosen, as selects, comboboxes and segmented controls take it.

/// A value and its label. Values are text; the caller knows what they mean.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// What the caller gets back.
    pub value: String,
    /// What is shown and what typing is compared with.
    pub label: String,
    /// A muted addition behind the label; empty for none.
    pub detail: String,
    /// The heading it stands under; empty for none. Choices of one group follow each other.
    pub group: String,
}

impl Choice {
    /// A plain choice.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), ..Self::default() }
    }

    /// The same with a muted addition.
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// The same under a heading.
    pub fn with_group(mut self, group: impl Into<String>) -> Self {
        self.group = group.into();
        self
    }
}

/// The label of a value; the value itself where the list does not know it, so that nothing is hidden.
pub fn label_of(choices: &[Choice], value: &str) -> String {
    choices.iter().find(|choice| choice.value == value).map_or(value, |choice| &choice.label).to_owned()
}
