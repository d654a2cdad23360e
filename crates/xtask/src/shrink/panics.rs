//! Takes the words out of panics: each becomes a bare trap, and where in the source it stood is forgotten.
//!
//! For modules that have no panic hook: nobody would ever read the words.

use std::ops::Range;

use anyhow::{Result, bail};

use super::places::{Piece, Places};

/// What a body becomes, with any number of `NOP`s before its end.
const NO_LOCALS: u8 = 0x00;
const UNREACHABLE: u8 = 0x00;
const NOP: u8 = 0x01;
const END: u8 = 0x0b;

/// The size of a `core::panic::Location` on wasm32: address and length of the file's name, line, column.
const LOCATION: usize = 16;

/// Overwrites in place, so that everything stays where it is, and wasm-opt throws away what is no longer needed.
/// The names of the functions must still be there.
pub(crate) fn silence(wasm: &mut [u8]) -> Result<()> {
    let places = Places::read(wasm)?;
    for (index, body) in &places.bodies {
        if places.names.get(index).is_some_and(|name| only_panics(&plain(name))) {
            make_trap(&mut wasm[body.clone()])?;
        }
    }
    forget_locations(wasm, &places.data);
    Ok(())
}

/// A function's path without the hashes of the compiler: `core[1f]::panicking::panic` and `core::panicking::panic::h1f`
/// are the same.
fn plain(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    let mut rest = name;
    while let Some((before, after)) = rest.split_once('[') {
        plain.push_str(before);
        rest = after.split_once(']').map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    if let Some((path, hash)) = plain.rsplit_once("::h")
        && hash.len() == 16
        && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
    {
        plain.truncate(path.len());
    }
    plain
}

/// Whether a function of the standard library never returns, as its name says.
fn only_panics(path: &str) -> bool {
    let is_of_library = ["core::", "alloc::", "<alloc::"].iter().any(|start| path.starts_with(start));
    let name = path.rsplit("::").next().unwrap_or_default();
    let ends = ["_fail", "_fail_rt", "_failed"];
    path.starts_with("core::panicking::")
        || (is_of_library && (name.starts_with("panic_") || ends.iter().any(|end| name.ends_with(end))))
        || path == "alloc::alloc::handle_alloc_error"
}

fn make_trap(body: &mut [u8]) -> Result<()> {
    let [locals, first, rest @ .., end] = body else { bail!("a function has only {} bytes", body.len()) };
    *locals = NO_LOCALS;
    *first = UNREACHABLE;
    rest.fill(NOP);
    *end = END;
    Ok(())
}

/// Zeroes every `Location` and the names of files to which they point: only panics read them.
fn forget_locations(wasm: &mut [u8], data: &[Piece]) {
    let mut forgotten = Vec::new();
    for (address, piece) in data {
        // In memory they stand at a multiple of four.
        let first = piece.start + address.next_multiple_of(4) - address;
        for at in (first..piece.end).step_by(4).take_while(|at| at + LOCATION <= piece.end) {
            let number = |index: usize| {
                let from = at + index * 4;
                u32::from_le_bytes(wasm[from..from + 4].try_into().expect("four bytes")) as usize
            };
            let [file, length, line, column] = [0, 1, 2, 3].map(number);
            if !(1..100_000).contains(&line) || !(1..1_000).contains(&column) {
                continue;
            }
            let Some(file) = place(data, file, length) else { continue };
            if is_source(&wasm[file.clone()]) {
                forgotten.extend([at..at + LOCATION, file]);
            }
        }
    }
    for range in forgotten {
        wasm[range].fill(0);
    }
}

/// Where the bytes stand in the file that are at an address in memory.
fn place(data: &[Piece], address: usize, length: usize) -> Option<Range<usize>> {
    data.iter().find_map(|(start, piece)| {
        let from = piece.start + address.checked_sub(*start)?;
        let to = from.checked_add(length)?;
        (to <= piece.end).then_some(from..to)
    })
}

/// Whether bytes are the path of a Rust file.
fn is_source(bytes: &[u8]) -> bool {
    let is_of_path = |byte: &u8| byte.is_ascii_alphanumeric() || b"/\\._-+".contains(byte);
    (6..300).contains(&bytes.len()) && bytes.ends_with(b".rs") && bytes.iter().all(is_of_path)
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        CodeSection, ConstExpr, DataSection, Function, FunctionSection, Instruction, MemorySection, MemoryType, Module,
        NameMap, NameSection, TypeSection,
    };

    use super::*;

    const FILE: &[u8] = b"src/lib.rs";

    /// A module of functions with these names, with data at an address.
    fn module(names: &[&str], address: i32, data: &[u8]) -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let (mut functions, mut code, mut map) = (FunctionSection::new(), CodeSection::new(), NameMap::new());
        for (index, name) in (0..).zip(names) {
            functions.function(0);
            let mut body = Function::new([]);
            body.instruction(&Instruction::I32Const(7)).instruction(&Instruction::Drop).instruction(&Instruction::End);
            code.function(&body);
            map.append(index, name);
        }
        let mut memories = MemorySection::new();
        memories.memory(MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None });
        let mut pieces = DataSection::new();
        pieces.active(0, &ConstExpr::i32_const(address), data.iter().copied());
        let mut names = NameSection::new();
        names.functions(&map);
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&memories).section(&code).section(&pieces).section(&names);
        module.finish()
    }

    #[test]
    fn only_what_panics_becomes_a_trap() {
        let names = [
            ("core[c5930c85a12de822]::panicking::panic_fmt", true),
            ("core::panicking::assert_failed::h008c805eae9599f6", true),
            ("core[c5930c85a12de822]::slice::index::slice_index_fail", true),
            ("<alloc[3ca501edff3f0c7c]::vec::Vec<_, _>>::remove::assert_failed", true),
            ("core[c5930c85a12de822]::cell::panic_already_borrowed", true),
            ("alloc[3ca501edff3f0c7c]::alloc::handle_alloc_error", true),
            ("core::slice::copy_from_slice_impl::hf3634ac4fb2deb40", false),
            ("autotask_core::validate_bytes::rows_failed", false),
            ("std[a543996e6e7dbf1e]::panicking::panic_count::increase", false),
            ("alloc::vec::Vec<T,A>::grow_one", false),
        ];
        let mut wasm = module(&names.map(|(name, _)| name), 0, b"");
        let (before, length) = (wasm.clone(), wasm.len());
        silence(&mut wasm).unwrap();
        wasmparser::validate(&wasm).unwrap();
        assert_eq!(wasm.len(), length);
        for ((_, body), (name, panics)) in Places::read(&wasm).unwrap().bodies.into_iter().zip(names) {
            let [_, first, ..] = wasm[body.clone()] else { panic!("{name}") };
            assert_eq!(first == UNREACHABLE, panics, "{name}");
            assert_eq!(wasm[body.clone()] == before[body], !panics, "{name}");
        }
    }

    #[test]
    fn places_in_the_source_are_forgotten_and_nothing_else() {
        let address = 1_002_u32;
        let location = |file: u32, length: usize, line: u32| {
            [file, u32::try_from(length).unwrap(), line, 9].map(u32::to_le_bytes).concat()
        };
        // The name, two bytes that bring what follows to a multiple of four, then a place and what only resembles one.
        let mut data = [FILE, b"\0\0\0\0"].concat();
        assert_eq!((address as usize + data.len()) % 4, 0);
        let kept =
            [location(address, FILE.len(), 0), location(address, FILE.len() - 1, 5), location(9, 10, 5)].concat();
        data.extend(location(address, FILE.len(), 5));
        data.extend(&kept);
        let mut wasm = module(&[], address.cast_signed(), &data);
        silence(&mut wasm).unwrap();
        wasmparser::validate(&wasm).unwrap();
        let (_, piece) = Places::read(&wasm).unwrap().data[0].clone();
        assert_eq!(wasm[piece], [vec![0; FILE.len() + 4 + LOCATION], kept].concat());
    }
}
