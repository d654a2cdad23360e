//! Makes a finished wasm file a small download: fewer instructions, and those in an order that compresses well.

mod order;
mod panics;
mod places;

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use wasm_encoder::{CustomSection, Encode, NameMap, NameSection, Section};

use self::places::Places;
use crate::run::output;

/// What wasm-opt does to the instructions.
///
/// Functions are not put into each other: the compiler has done so already where it pays, and what was made from the same
/// source compresses better side by side. That nothing is stored in the first kilobyte is so: there is the far end of the
/// stack. Between the rounds, blocks and loops are taken apart and built anew, shorter than the compiler's.
const OPTIONS: [&str; 15] = [
    "--low-memory-unused",
    "--always-inline-max-function-size",
    "0",
    "--flexible-inline-max-function-size",
    "0",
    "--one-caller-inline-max-function-size",
    "0",
    "-Oz",
    "--flatten",
    "--rereloop",
    "-Oz",
    "--flatten",
    "--rereloop",
    "-Oz",
    "-Oz",
];

/// Shrinks a file in place.
pub(crate) fn shrink(wasm_opt: &Path, file: &Path) -> Result<()> {
    // Its warnings are about names for debuggers, which are stripped.
    let strip = ["--strip-debug", "--strip-producers"];
    output(Command::new(wasm_opt).arg(file).args(OPTIONS).args(strip).arg("--output").arg(file))?;
    let mut wasm = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    name_in_order(&mut wasm).with_context(|| format!("cannot order the functions of {}", file.display()))?;
    fs::write(file, wasm).with_context(|| format!("cannot write {}", file.display()))?;
    let by_name = ["--reorder-functions-by-name", "--strip-debug", "--strip-target-features"];
    output(Command::new(wasm_opt).arg(file).args(by_name).arg("--output").arg(file))?;
    Ok(())
}

/// Takes the words out of a file's panics, in place. To be done before it is shrunk, which drops the functions' names.
pub(crate) fn silence_panics(file: &Path) -> Result<()> {
    let mut wasm = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    panics::silence(&mut wasm).with_context(|| format!("cannot silence the panics of {}", file.display()))?;
    fs::write(file, wasm).with_context(|| format!("cannot write {}", file.display()))
}

/// Gives each function its place in the order as a name, for wasm-opt to sort by.
fn name_in_order(wasm: &mut Vec<u8>) -> Result<()> {
    let bodies = Places::read(wasm)?.bodies;
    let functions: Vec<&[u8]> = bodies.iter().map(|(_, body)| &wasm[body.clone()]).collect();
    let mut places = vec![0; functions.len()];
    for (place, function) in order::by_likeness(&functions).into_iter().enumerate() {
        places[function] = place;
    }
    let mut names = NameMap::new();
    for ((index, _), place) in bodies.iter().zip(places) {
        names.append(*index, &format!("{place:08}"));
    }
    let mut section = NameSection::new();
    section.functions(&names);
    let section: CustomSection<'_> = section.as_custom();
    wasm.push(section.id());
    section.encode(wasm);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{
        CodeSection, EntityType, Function, FunctionSection, ImportSection, Instruction, Module, TypeSection,
    };

    #[test]
    fn imported_functions_keep_their_names() {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let mut imports = ImportSection::new();
        imports.import("a", "b", EntityType::Function(0));
        let mut functions = FunctionSection::new();
        let mut code = CodeSection::new();
        for _ in 0..2 {
            functions.function(0);
            let mut body = Function::new([]);
            body.instruction(&Instruction::End);
            code.function(&body);
        }
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&functions).section(&code);
        let mut wasm = module.finish();
        name_in_order(&mut wasm).unwrap();
        wasmparser::validate(&wasm).unwrap();
        let named = Places::read(&wasm).unwrap().names;
        assert_eq!(named.len(), 2);
        assert!(named.contains_key(&1) && named.contains_key(&2), "{named:?}");
    }
}
