//! New ids: names that no other browser makes, for what is shared between them.

use leptos::prelude::window;

/// 32 hexadecimal digits, by chance.
pub fn new_id() -> String {
    let mut bytes = [0; 16];
    // Every browser that runs WebAssembly has this one; without it no run could be told from another.
    window()
        .crypto()
        .and_then(|crypto| crypto.get_random_values_with_u8_array(&mut bytes))
        .expect("the browser has random numbers");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
