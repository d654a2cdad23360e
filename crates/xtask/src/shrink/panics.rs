//! Takes the words out of panics: each becomes a bare trap, and where in the source it stood is forgotten.
//!
//! For modules that have no panic hook: nobody would ever read the words. With them goes what `{:?}` writes, which is for
//! programmers; the lint `use_debug` sees that no crate in a download writes anything else with it.

use std::ops::Range;

use anyhow::{Result, bail};
use sha2::{Digest, Sha256};
use wasmparser::{BinaryReader, FunctionBody, Operator};

use super::places::{Piece, Places};

/// What a body becomes, with any number of `NOP`s before its end.
const NO_LOCALS: u8 = 0x00;
const UNREACHABLE: u8 = 0x00;
const NOP: u8 = 0x01;
const END: u8 = 0x0b;

/// What writes a text with escapes, and looks up in tables which characters need some.
const DEBUGGING: [&str; 3] =
    ["core::unicode::printable::", "core::unicode::unicode_data::grapheme_extend::", "<char>::escape_debug"];

/// How many bytes a table has, and how its SHA-256 begins.
type Table = (usize, [u8; 8]);

/// Those tables. With another standard library they are others, and stay; the file is two kilobytes larger then.
const TABLES: [Table; 3] = [
    (1460, [0xd3, 0x2b, 0xf0, 0x02, 0x56, 0xa1, 0xa9, 0xd0]),
    (132, [0x74, 0xa5, 0x70, 0x86, 0xcf, 0xa3, 0x10, 0x46]),
    (767, [0xfd, 0x33, 0xf7, 0x55, 0xf4, 0x39, 0x29, 0x70]),
];

/// The size of a `core::panic::Location` on wasm32: address and length of the file's name, line, column.
const LOCATION: usize = 16;

/// Overwrites in place, so that everything stays where it is, and wasm-opt throws away what is no longer needed.
/// The names of the functions must still be there.
pub(crate) fn silence(wasm: &mut [u8]) -> Result<()> {
    let places = Places::read(wasm)?;
    let mut addresses = Vec::new();
    for (index, body) in &places.bodies {
        let Some(name) = places.names.get(index).map(|name| plain(name)) else { continue };
        if only_debugs(&name) {
            addresses.extend(addresses_in(&wasm[body.clone()])?);
        }
        if only_panics(&name) || only_debugs(&name) {
            make_trap(&mut wasm[body.clone()])?;
        }
    }
    forget_locations(wasm, &places.data);
    forget_tables(wasm, &places.data, &addresses, &TABLES);
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

/// Whether a function only serves `{:?}`, as its name says.
fn only_debugs(path: &str) -> bool {
    path.ends_with(" as core::fmt::Debug>::fmt") || DEBUGGING.iter().any(|start| path.starts_with(start))
}

/// The addresses and other numbers that a function mentions.
fn addresses_in(body: &[u8]) -> Result<Vec<usize>> {
    let mut addresses = Vec::new();
    for operator in FunctionBody::new(BinaryReader::new(body, 0)).get_operators_reader()? {
        match operator? {
            Operator::I32Const { value } => addresses.push(usize::try_from(value.cast_unsigned())?),
            Operator::I32Load8U { memarg } | Operator::I32Load16U { memarg } | Operator::I32Load { memarg } => {
                addresses.push(usize::try_from(memarg.offset)?);
            }
            _ => {}
        }
    }
    Ok(addresses)
}

/// Zeroes the tables that stand at these addresses.
fn forget_tables(wasm: &mut [u8], data: &[Piece], addresses: &[usize], tables: &[Table]) {
    for address in addresses {
        for (length, digest) in tables {
            let Some(range) = place(data, *address, *length) else { continue };
            if Sha256::digest(&wasm[range.clone()]).starts_with(digest) {
                wasm[range].fill(0);
            }
        }
    }
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
        CodeSection, ConstExpr, DataSection, Function, FunctionSection, Instruction, MemArg, MemorySection, MemoryType,
        Module, NameMap, NameSection, TypeSection,
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
            ("<char as core[c5930c85a12de822]::fmt::Debug>::fmt", true),
            ("<&T as core::fmt::Debug>::fmt::h008c805eae9599f6", true),
            ("core[c5930c85a12de822]::unicode::printable::is_printable", true),
            ("<str as core[c5930c85a12de822]::fmt::Display>::fmt", false),
            ("autotask_core::filter::print::printable", false),
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
    fn tables_are_forgotten_where_their_content_is_known() {
        let mut wasm = module(&[], 1_000, b"-known-other");
        let data = Places::read(&wasm).unwrap().data;
        let digest = Sha256::digest(b"known").first_chunk().copied().unwrap();
        let tables = [(5, digest), (50, digest)];
        forget_tables(&mut wasm, &data, &[0, 1_007, 1_002, 1_011, usize::MAX], &tables);
        assert_eq!(&wasm[data[0].1.clone()], b"-known-other");
        forget_tables(&mut wasm, &data, &[1_001], &tables);
        assert_eq!(&wasm[data[0].1.clone()], b"-\0\0\0\0\0-other");
    }

    #[test]
    fn what_a_function_mentions_are_constants_and_places_it_reads() {
        let mut body = Function::new([]);
        let memarg = MemArg { offset: 1_184_279, align: 0, memory_index: 0 };
        body.instruction(&Instruction::I32Const(1_187_996)).instruction(&Instruction::I32Load8U(memarg));
        body.instruction(&Instruction::Drop).instruction(&Instruction::End);
        assert_eq!(addresses_in(&body.into_raw_body()).unwrap(), [1_187_996, 1_184_279]);
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
