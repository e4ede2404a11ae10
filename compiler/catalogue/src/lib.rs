//! The vocabulary of rules and events: fields, event types, system calls, value types, operators, transformers and
//! priorities.
//!
//! In go the tables of `data/`, turned into const tables by `tests/generated.rs`; out come look-ups and the
//! resolution of field names. The crate knows nothing of rule files, conditions or running events.

#![forbid(unsafe_code)]

mod argument;
mod convert;
mod event;
pub mod export;
mod extra;
mod field;
mod flag;
mod generated;
mod number;
mod operator;
mod priority;
mod resolve;
pub mod suggest;
mod synonyms;
mod syscall;
mod transformer;
mod type_name;
mod value;
mod view;

pub use convert::{CONVERSIONS, Conversion, ConversionAction, ConversionStep, conversion};
pub use event::{
    Category, EVENT_COUNT, EVENTS, EventCode, EventFlags, EventSchema, EventType, Origin, Param, ParamDetail,
    Producer, event_about, event_by_symbol, event_names, events_by_name, first_param, param_names,
};
pub use extra::{ExtraClass, ExtraField};
pub use field::{ArgKind, ArgSpec, CLASSES, ClassId, FIELDS, Field, FieldClass, FieldFlags, FieldId};
pub use flag::{DYN_TABLES, DynTable, DynTableId, FLAG_TABLES, FlagTable, FlagTableId};
pub use generated::constant;
pub use number::{parse_signed, parse_unsigned};
pub use operator::{MODIFIERS, Modifier, OPERATORS, Operator, OperatorSyntax};
pub use priority::{PRIORITIES, Priority};
pub use resolve::{Arg, FieldError, FieldErrorKind, ResolvedField};
pub use syscall::{
    SYSCALL_CODE_COUNT, Syscall, SyscallCode, SyscallFlags, SyscallSet, ia32_to_x86_64, syscall_by_aarch64,
    syscall_by_name, syscall_by_x86_64, syscalls,
};
pub use transformer::{Shape, TRANSFORMERS, Transformer};
pub use type_name::TypeCodes;
pub use value::{Format, TypeClass, VALUE_TYPES, ValueType};
pub use view::{Catalogue, FieldRef, FieldView, LoadedPlugin, SYSCALL_SOURCE, known_plugins};
