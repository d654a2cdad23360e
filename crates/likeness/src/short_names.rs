//! Short names of people: Mike is Michael.

/// A short name, and what it is short for; those that are its beginning need no entry.
const PAIRS: [(&[u8], &[u8]); 44] = [
    (b"abby", b"abigail"),
    (b"andi", b"andreas"),
    (b"andy", b"andrew"),
    (b"becky", b"rebecca"),
    (b"bill", b"william"),
    (b"billy", b"william"),
    (b"bob", b"robert"),
    (b"bobby", b"robert"),
    (b"cathy", b"catherine"),
    (b"charlie", b"charles"),
    (b"chuck", b"charles"),
    (b"danny", b"daniel"),
    (b"dave", b"david"),
    (b"dick", b"richard"),
    (b"eddie", b"edward"),
    (b"ted", b"edward"),
    (b"greta", b"margarete"),
    (b"hank", b"henry"),
    (b"hans", b"johannes"),
    (b"harry", b"henry"),
    (b"jack", b"john"),
    (b"jenny", b"jennifer"),
    (b"jim", b"james"),
    (b"jimmy", b"james"),
    (b"joe", b"joseph"),
    (b"johnny", b"john"),
    (b"kate", b"katherine"),
    (b"kathy", b"katherine"),
    (b"larry", b"lawrence"),
    (b"liz", b"elizabeth"),
    (b"beth", b"elizabeth"),
    (b"maggie", b"margaret"),
    (b"peggy", b"margaret"),
    (b"mike", b"michael"),
    (b"nick", b"nicholas"),
    (b"peggy", b"margarete"),
    (b"rick", b"richard"),
    (b"sepp", b"josef"),
    (b"sue", b"susan"),
    (b"tom", b"thomas"),
    (b"tommy", b"thomas"),
    (b"tony", b"anthony"),
    (b"uli", b"ulrich"),
    (b"vicky", b"victoria"),
];

/// Whether one of two folded first names is short for the other.
pub(crate) fn is_short_for(one: &[u8], other: &[u8]) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    (short.len() >= 3 && long.starts_with(short)) || PAIRS.iter().any(|(nick, name)| *nick == short && *name == long)
}
