//! Fingerprint: bytes in short, to tell by it that something was changed by mistake. It guards against no malice.

/// FNV-1a of 64 bits, in hexadecimal digits.
///
/// ```
/// use autotask_core::fingerprint::fingerprint;
/// assert_eq!(fingerprint(b"a"), "af63dc4c8601ec8c");
/// ```
#[must_use]
pub fn fingerprint(bytes: &[u8]) -> String {
    let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    format!("{:016x}", bytes.iter().fold(0xcbf2_9ce4_8422_2325, mix))
}
