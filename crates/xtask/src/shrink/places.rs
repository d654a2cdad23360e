//! Where in a wasm file the functions and the data stand.

use std::collections::HashMap;
use std::ops::Range;

use anyhow::{Result, bail};
use wasmparser::{DataKind, KnownCustom, Name, Operator, Parser, Payload, TypeRef};

/// Functions and data of a module, as ranges of its bytes.
#[derive(Default)]
pub(super) struct Places {
    /// The names of functions, by their index.
    pub(super) names: HashMap<u32, String>,
    /// The bodies of functions with their index, which imported functions count for.
    pub(super) bodies: Vec<(u32, Range<usize>)>,
    pub(super) data: Vec<Piece>,
}

/// A piece of data: the address at which it stands in memory, and where it is in the file.
pub(super) type Piece = (usize, Range<usize>);

impl Places {
    pub(super) fn read(wasm: &[u8]) -> Result<Self> {
        let mut places = Self::default();
        let mut functions = 0;
        for part in Parser::new(0).parse_all(wasm) {
            match part? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        functions += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    let range = body.range();
                    places.bodies.push((functions, usize::try_from(range.start)?..usize::try_from(range.end)?));
                    functions += 1;
                }
                Payload::DataSection(pieces) => {
                    for piece in pieces {
                        let piece = piece?;
                        let DataKind::Active { offset_expr, .. } = &piece.kind else { continue };
                        let Operator::I32Const { value } = offset_expr.get_operators_reader().read()? else {
                            bail!("a piece of data has no constant address");
                        };
                        let end = usize::try_from(piece.range.end)?;
                        let address = usize::try_from(value.cast_unsigned())?;
                        places.data.push((address, end - piece.data.len()..end));
                    }
                }
                Payload::CustomSection(section) => {
                    let KnownCustom::Name(names) = section.as_known() else { continue };
                    for name in names {
                        let Name::Function(names) = name? else { continue };
                        for naming in names {
                            let naming = naming?;
                            places.names.insert(naming.index, naming.name.to_owned());
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(places)
    }
}
