//! Bytes to programs.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use catalogue::{
    Catalogue, EventCode, Format, Modifier, Operator, Priority, Transformer, ValueType, event_by_symbol,
};

use super::error::BundleError;
use super::format::{
    DIGEST, Digest, ED25519, HEADER, MAGIC, Manifest, REQUIRED, ROW, RequiredPlugin, SECTION_LIMIT,
    SIGNATURE, SIZE_LIMIT, Section, Signature, SourceDigest, VERSION, digest,
};
use super::input::In;
use super::verify::verify;
use crate::consts::{Const, ConstId, Network};
use crate::event_set::EventSet;
use crate::expr::{Check, Expr, ExprId, Import, ImportId, Rhs, Slot, SlotId, SlotKind};
use crate::program::{OutputField, OutputTemplate, Piece, Program, Rule, RuleId, SourceId};

/// A bundle whose framing and digest are right.
#[derive(Clone, Debug)]
pub struct Bundle<'b> {
    sections: [&'b [u8]; Section::CONTENT.len()],
    digest: Digest,
    manifest: Manifest,
    signature: Option<Signature>,
}

impl<'b> Bundle<'b> {
    /// Checks header, section table and digest, and reads manifest and signature.
    pub fn open(bytes: &'b [u8]) -> Result<Bundle<'b>, BundleError> {
        if bytes.get(..MAGIC.len()) != Some(&MAGIC) {
            return Err(BundleError::NotABundle);
        }
        let mut header = In::new("header", bytes);
        header.take(MAGIC.len())?;
        let version = header.number()?;
        if version != VERSION {
            return Err(BundleError::Version(version));
        }
        if bytes.len() > SIZE_LIMIT {
            return Err(BundleError::TooLarge(bytes.len()));
        }
        let count = header.number()? as usize;
        let stated = header.long()?;
        if stated != bytes.len() as u64 {
            return Err(BundleError::Length { stated, found: bytes.len() as u64 });
        }
        let stated: Digest = header.array()?;
        if count > SECTION_LIMIT {
            return Err(BundleError::Table("too many sections"));
        }

        let mut sections: [Option<&'b [u8]>; Section::CONTENT.len()] = Default::default();
        let mut signature = None;
        let mut previous = 0;
        let mut end = HEADER + ROW * count;
        let mut signed_end = bytes.len();
        for _ in 0..count {
            let (kind, flags) = (header.number()?, header.number()?);
            let (offset, length) = (header.long()?, header.long()?);
            if kind <= previous {
                return Err(BundleError::Table("sections are not sorted"));
            }
            previous = kind;
            let start = usize::try_from(offset).ok().filter(|start| *start == end);
            let start = start.ok_or(BundleError::Table("sections are not adjacent"))?;
            let next = usize::try_from(length).ok().and_then(|length| start.checked_add(length));
            let content = next.and_then(|next| bytes.get(start..next));
            let content = content.ok_or(BundleError::Table("a section is longer than the file"))?;
            end = start + content.len();
            if let Some(at) = Section::CONTENT.iter().position(|section| *section as u32 == kind) {
                sections[at] = Some(content);
            } else if kind == Section::Signature as u32 {
                if end != bytes.len() {
                    return Err(BundleError::Table("the signature is not last"));
                }
                signed_end = start;
                signature = Some(content);
            } else if flags & REQUIRED != 0 {
                return Err(BundleError::UnknownSection(kind));
            }
        }
        if end != bytes.len() {
            return Err(BundleError::Table("bytes after the last section"));
        }
        let digest = digest(bytes, signed_end);
        if digest != stated || bytes.get(DIGEST) != Some(&digest) {
            return Err(BundleError::Digest);
        }
        for (section, content) in Section::CONTENT.iter().zip(&sections) {
            if content.is_none() {
                return Err(BundleError::MissingSection(section.name()));
            }
        }
        let sections = sections.map(Option::unwrap_or_default);
        let mut input = In::new(Section::Manifest.name(), sections[0]);
        let manifest = input.manifest()?;
        input.finish()?;
        let signature = signature.map(read_signature).transpose()?;
        Ok(Bundle { sections, digest, manifest, signature })
    }

    /// About the bundle.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// SHA-256 of the bundle: what a signature signs, and a name for exactly this bundle.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The signature, not checked.
    pub fn signature(&self) -> Option<&Signature> {
        self.signature.as_ref()
    }

    /// Decodes the program, looks up its names in a catalogue and verifies it.
    pub fn program(&self, catalogue: &Catalogue) -> Result<Program, BundleError> {
        let program = self.decode()?;
        for import in &program.imports {
            check_import(catalogue, import)?;
        }
        verify(&program)?;
        Ok(program)
    }

    /// Decodes and verifies the program without asking whether its fields exist here.
    pub fn program_unbound(&self) -> Result<Program, BundleError> {
        let program = self.decode()?;
        verify(&program)?;
        Ok(program)
    }

    fn decode(&self) -> Result<Program, BundleError> {
        let [_, names, imports, consts, slots, exprs, rules] = self.sections;
        let [_, names_name, imports_name, consts_name, slots_name, exprs_name, rules_name] =
            Section::CONTENT.map(Section::name);
        let names = whole(names_name, names, In::names)?;
        let imports = whole(imports_name, imports, |input| input.list(|input| input.import(&names)))?;
        let consts = whole(consts_name, consts, |input| input.list(In::constant))?;
        let slots = whole(slots_name, slots, |input| input.list(|input| input.slot(&names)))?;
        let exprs = whole(exprs_name, exprs, |input| input.list(|input| input.expr(&names)))?;
        let (rules, order) = whole(rules_name, rules, |input| {
            Ok((input.list(|input| input.rule(&names))?, input.list(|input| input.number().map(RuleId))?))
        })?;
        Ok(Program { sources: names.sources, imports, consts, slots, exprs, rules, order })
    }
}

/// Whether the catalogue still has a field as the program reads it.
fn check_import(catalogue: &Catalogue, import: &Import) -> Result<(), BundleError> {
    let unknown = |reason: String| BundleError::UnknownField {
        source: import.source.to_string(),
        field: import.text.to_string(),
        reason,
    };
    let field = catalogue.resolve(&import.source, &import.text).map_err(|error| unknown(error.message))?;
    if field.name != *import.name {
        return Err(unknown(format!("it is field '{}' here", field.name)));
    }
    let shown = |ty: ValueType, list: bool| format!("{}{}", if list { "list of " } else { "" }, ty.name());
    if (field.ty, field.list) != (import.ty, import.list) {
        return Err(BundleError::FieldType {
            field: import.text.to_string(),
            expected: shown(import.ty, import.list),
            found: shown(field.ty, field.list),
        });
    }
    Ok(())
}

fn read_signature(content: &[u8]) -> Result<Signature, BundleError> {
    let mut input = In::new(Section::Signature.name(), content);
    if content.len() != SIGNATURE || input.number()? != ED25519 {
        return Err(input.malformed("not an Ed25519 signature"));
    }
    let key = input.array()?;
    let signature = input.array()?;
    Ok(Signature { key, signature })
}

/// Reads all of a section.
fn whole<'b, T>(
    section: &'static str,
    content: &'b [u8],
    read: impl FnOnce(&mut In<'b>) -> Result<T, BundleError>,
) -> Result<T, BundleError> {
    let mut input = In::new(section, content);
    let value = read(&mut input)?;
    input.finish()?;
    Ok(value)
}

/// What numbers of the other sections stand for.
struct Names {
    events: Vec<EventCode>,
    types: Vec<ValueType>,
    formats: Vec<Format>,
    operators: Vec<Operator>,
    modifiers: Vec<Modifier>,
    transformers: Vec<Transformer>,
    priorities: Vec<Priority>,
    sources: Vec<Box<str>>,
}

impl<'b> In<'b> {
    fn manifest(&mut self) -> Result<Manifest, BundleError> {
        Ok(Manifest {
            version: self.long()?,
            producer: self.text()?.to_owned(),
            sources: self
                .list(|input| Ok(SourceDigest { name: input.text()?.to_owned(), sha256: input.array()? }))?,
            plugins: self.list(|input| {
                Ok(RequiredPlugin { name: input.text()?.to_owned(), version: input.text()?.to_owned() })
            })?,
        })
    }

    fn names(&mut self) -> Result<Names, BundleError> {
        let names = Names {
            events: self.lookup("event type", event_by_symbol)?,
            types: self.lookup("value type", ValueType::from_name)?,
            formats: self.lookup("number format", Format::from_name)?,
            operators: self.lookup("operator", Operator::from_text)?,
            modifiers: self.lookup("modifier", Modifier::from_text)?,
            transformers: self.lookup("transformer", Transformer::from_text)?,
            priorities: self.lookup("priority", Priority::parse)?,
            sources: self.list(|input| input.text().map(Into::into))?,
        };
        Ok(names)
    }

    /// A list of names that are looked up.
    fn lookup<T: Copy + PartialEq>(
        &mut self,
        kind: &'static str,
        find: impl Fn(&str) -> Option<T>,
    ) -> Result<Vec<T>, BundleError> {
        let found: Vec<T> = self.list(|input| {
            let name = input.text()?;
            find(name).ok_or_else(|| BundleError::UnknownName { kind, name: name.to_owned() })
        })?;
        if found.iter().enumerate().any(|(at, item)| found.iter().take(at).any(|other| other == item)) {
            return Err(self.malformed("a name occurs twice"));
        }
        Ok(found)
    }

    fn import(&mut self, names: &Names) -> Result<Import, BundleError> {
        let source = self.number()? as usize;
        let source = names.sources.get(source).cloned();
        Ok(Import {
            source: source.ok_or_else(|| self.malformed("no such event source"))?,
            name: self.text()?.into(),
            arg: self.option(In::text)?.map(Into::into),
            text: self.text()?.into(),
            ty: self.named(&names.types)?,
            list: self.truth()?,
            format: self.named(&names.formats)?,
        })
    }

    fn constant(&mut self) -> Result<Const, BundleError> {
        Ok(match self.byte()? {
            0 => Const::Unsigned(self.long()?),
            1 => Const::Signed(self.array().map(i64::from_le_bytes)?),
            2 => Const::Float(self.array().map(i64::from_le_bytes)?),
            3 => Const::Bool(self.truth()?),
            4 => Const::Text(self.blob()?.into()),
            5 => Const::Bytes(self.blob()?.into()),
            6 => Const::Address(self.address_v4()?),
            7 => Const::Address(self.address_v6()?),
            8 => Const::Network(Network { address: self.address_v4()?, prefix: self.byte()? }),
            9 => Const::Network(Network { address: self.address_v6()?, prefix: self.byte()? }),
            _ => return Err(self.malformed("no such kind of constant")),
        })
    }

    fn address_v4(&mut self) -> Result<IpAddr, BundleError> {
        self.array::<4>().map(|octets| IpAddr::V4(Ipv4Addr::from(octets)))
    }

    fn address_v6(&mut self) -> Result<IpAddr, BundleError> {
        self.array::<16>().map(|octets| IpAddr::V6(Ipv6Addr::from(octets)))
    }

    fn slot(&mut self, names: &Names) -> Result<Slot, BundleError> {
        let ty = self.named(&names.types)?;
        let list = self.truth()?;
        let slot = |input: &mut Self| input.number().map(SlotId);
        let kind = match self.byte()? {
            0 => SlotKind::Import(ImportId(self.number()?)),
            1 => SlotKind::Const(ConstId(self.number()?)),
            2 => SlotKind::List(self.list(slot)?),
            3 => SlotKind::Transform {
                transformer: self.named(&names.transformers)?,
                args: self.list(slot)?,
                selector: self.option(In::byte)?,
            },
            _ => return Err(self.malformed("no such kind of slot")),
        };
        Ok(Slot { kind, ty, list })
    }

    fn expr(&mut self, names: &Names) -> Result<Expr, BundleError> {
        let expr = |input: &mut Self| input.number().map(ExprId);
        Ok(match self.byte()? {
            0 => Expr::Const(false),
            1 => Expr::Const(true),
            2 => Expr::Not(expr(self)?),
            3 => Expr::And(self.list(expr)?),
            4 => Expr::Or(self.list(expr)?),
            5 => Expr::Check(Check {
                slot: SlotId(self.number()?),
                op: self.named(&names.operators)?,
                modifier: self.option(|input| input.named(&names.modifiers))?,
                rhs: match self.byte()? {
                    0 => Rhs::None,
                    1 => Rhs::Const(ConstId(self.number()?)),
                    2 => Rhs::Set(self.list(|input| input.number().map(ConstId))?),
                    3 => Rhs::Slot(SlotId(self.number()?)),
                    _ => return Err(self.malformed("no such kind of right side")),
                },
            }),
            _ => return Err(self.malformed("no such kind of expression")),
        })
    }

    fn rule(&mut self, names: &Names) -> Result<Rule, BundleError> {
        Ok(Rule {
            name: self.text()?.into(),
            description: self.text()?.into(),
            source: SourceId(self.number()?),
            priority: self.named(&names.priorities)?,
            tags: self.list(|input| input.text().map(Into::into))?,
            condition: ExprId(self.number()?),
            events: self.events(&names.events)?,
            output: OutputTemplate { pieces: self.list(In::piece)?, fields: self.list(In::field)? },
            capture: self.truth()?,
            capture_duration_ms: self.number()?,
        })
    }

    fn events(&mut self, names: &[EventCode]) -> Result<EventSet, BundleError> {
        let bits = self.blob()?;
        if bits.len() != names.len().div_ceil(8) {
            return Err(self.malformed("an event set has another length than the names"));
        }
        let is_set = |at: usize| bits.get(at / 8).is_some_and(|byte| byte >> (at % 8) & 1 == 1);
        if (names.len()..bits.len() * 8).any(is_set) {
            return Err(self.malformed("an event set has bits without name"));
        }
        Ok(names.iter().enumerate().filter(|(at, _)| is_set(*at)).map(|(_, code)| *code).collect())
    }

    fn piece(&mut self) -> Result<Piece, BundleError> {
        match self.byte()? {
            0 => Ok(Piece::Text(self.text()?.into())),
            1 => Ok(Piece::Value { slot: SlotId(self.number()?), width: self.option(In::number)? }),
            _ => Err(self.malformed("no such kind of piece")),
        }
    }

    fn field(&mut self) -> Result<OutputField, BundleError> {
        match self.byte()? {
            0 => {
                let key = self.text()?.into();
                Ok(OutputField::Raw { key, slot: self.option(|input| input.number().map(SlotId))? })
            }
            1 => {
                let key = self.text()?.into();
                Ok(OutputField::Formatted { key, template: self.list(In::piece)? })
            }
            _ => Err(self.malformed("no such kind of field")),
        }
    }
}
