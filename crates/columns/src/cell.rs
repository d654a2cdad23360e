//! Cell: one value on its way into a column or out of it.

/// A value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// No value.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number that was written with a fraction or an exponent; finite.
    Float(f64),
    /// Text; in a column it may be kept as a point in time.
    Text(&'a str),
    /// An array or an object, as JSON text.
    Json(&'a str),
}

/// A value that its column cannot keep as it is: the row is kept whole, beside the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misfit;
