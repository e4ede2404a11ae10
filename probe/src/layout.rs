//! What both sides of the probe share: structures of map values and a few numbers. `include/layout.h` is generated from
//! here ([`c_header`]), checked in, and asserts sizes and offsets when it is compiled.
//!
//! The only file of this crate with `unsafe`: the promise that these structures are plain old data.
#![allow(unsafe_code)]

use std::fmt::Write;
use std::mem::{offset_of, size_of};

/// Places in the table of system calls: every 64-bit number is below.
pub const CALL_NUMBERS: u32 = 512;
/// Where numbers of the x32 interface (512 and above in the kernel) start among the foreign numbers.
pub const FOREIGN_X32: u32 = 512;
/// Places in the table of foreign numbers.
pub const FOREIGN_NUMBERS: u32 = 576;
/// Bytes in front of every event in the ring: CPU (u16), flags (u16), four bytes unused.
pub const RECORD_HEADER_SIZE: usize = 8;
/// Flag of a record: a value was longer than what is recorded.
pub const RECORD_TRUNCATED: u16 = 1;
/// Flag of a record: the descriptor is a place in the table of an io_uring, not one of the process.
pub const RECORD_RING_DESCRIPTOR: u16 = 2;
/// Added to descriptors of an io_uring's own table, which are no descriptors of the process.
pub const RING_DESCRIPTOR: u32 = 1 << 30;

/// Kinds of events whose losses are counted apart. The names are those of Falco's counters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Loss {
    /// Anything else.
    Other = 0,
    /// clone, fork, vfork, clone3.
    Creation = 1,
    /// execve, execveat.
    Execution = 2,
    /// End of connect.
    Connect = 3,
    /// End of the open family.
    Open = 4,
    /// Directories and names of files.
    File = 5,
    /// close, close_range.
    Close = 6,
    /// End of a process.
    End = 7,
    /// Start of connect.
    ConnectEnter = 8,
    /// Start of the open family.
    OpenEnter = 9,
}

/// Places for counts by [`Loss`].
pub const LOSS_KINDS: usize = 16;

impl Loss {
    /// Every kind with its name in the C header.
    pub const ALL: [(Loss, &'static str); 10] = [
        (Loss::Other, "LOSS_OTHER"),
        (Loss::Creation, "LOSS_CREATION"),
        (Loss::Execution, "LOSS_EXECUTION"),
        (Loss::Connect, "LOSS_CONNECT"),
        (Loss::Open, "LOSS_OPEN"),
        (Loss::File, "LOSS_FILE"),
        (Loss::Close, "LOSS_CLOSE"),
        (Loss::End, "LOSS_END"),
        (Loss::ConnectEnter, "LOSS_CONNECT_ENTER"),
        (Loss::OpenEnter, "LOSS_OPEN_ENTER"),
    ];
}

/// A field of a shared structure: name, C type, number of elements (0: no array), offset.
type FieldShape = (&'static str, &'static str, usize, usize);

/// Declares a structure once for both sides.
macro_rules! shared {
    ($($(#[$doc:meta])* $name:ident as $c_name:literal {
        $($(#[$field_doc:meta])* $field:ident: $ty:tt as $c_type:literal $([$count:expr])?,)*
    })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
            #[repr(C)]
            pub struct $name {
                $($(#[$field_doc])* pub $field: $ty,)*
            }

            // SAFETY: `repr(C)`, integers and arrays of integers only, and no padding: the fields' sizes add up to the
            // size of the structure (asserted below), so every byte is initialised and every bit pattern is valid.
            unsafe impl aya::Pod for $name {}

            const _: () = assert!(size_of::<$name>() == 0 $(+ size_of::<$ty>())*);
        )*

        /// Name, size and fields of every shared structure.
        fn shapes() -> Vec<(&'static str, usize, Vec<FieldShape>)> {
            vec![$((
                $c_name,
                size_of::<$name>(),
                vec![$((stringify!($field), $c_type, 0 $(+ $count)?, offset_of!($name, $field)),)*],
            ),)*]
        }
    };
}

type LossCounts = [u64; LOSS_KINDS];
type Spare = [u64; 9];

shared! {
    /// Settings that programs read on every event.
    Control as "control" {
        /// What to add to the boot clock to get nanoseconds since the epoch.
        boot_time: u64 as "u64",
        /// Disguises kernel addresses.
        secret: u64 as "u64",
        /// Which operations submitted through io_uring are reported: one bit per opcode.
        ring_operations: u64 as "u64",
        /// Process (outermost namespace) whose activity is not reported; 0 for none.
        own_process: u32 as "u32",
        /// Bytes recorded of data that calls move.
        snaplen: u32 as "u32",
        /// Not 0: calls that failed are not reported.
        drop_failed: u32 as "u32",
        /// A CPU that has written this many bytes wakes the consumer.
        wake_bytes: u32 as "u32",
    }
    /// Whether the consumer sleeps.
    Wake as "wake" {
        /// Not 0: the next record wakes the consumer, and makes it 0.
        armed: u32 as "u32",
    }
    /// Counts of one CPU since the probe was loaded; padded so that CPUs do not share cache lines.
    Counters as "counters" {
        /// Events begun.
        seen: u64 as "u64",
        /// Events handed to the ring.
        sent: u64 as "u64",
        /// Lost: no room in the ring.
        lost_full: u64 as "u64",
        /// Lost: larger than 64 KiB.
        lost_size: u64 as "u64",
        /// Lost: the CPU has no ring (it came up after the probe).
        lost_ring: u64 as "u64",
        /// Values cut to the longest that is recorded.
        truncated: u64 as "u64",
        /// Bytes written since the consumer was last woken for the amount.
        unannounced: u64 as "u64",
        /// All losses by kind of event.
        lost_kind: LossCounts as "u64" [LOSS_KINDS],
        /// Unused.
        spare: Spare as "u64" [9],
    }
    /// What is known of a system call.
    CallInfo as "call_info" {
        /// Its code in the event format.
        code: u16 as "u16",
        /// The type of the event of its end.
        event: u16 as "u16",
    }
}

const _: () = assert!(size_of::<Counters>() == 256);

/// The text of `include/layout.h`.
pub fn c_header() -> String {
    let mut out = String::from(
        "/* Structures and numbers shared with the loader. Generated from src/layout.rs; do not edit. */\n\
         #ifndef LAYOUT_H\n#define LAYOUT_H\n\n#include \"types.h\"\n\n",
    );
    // Writing to a string never fails.
    for (name, value) in [
        ("CALL_NUMBERS", CALL_NUMBERS as usize),
        ("FOREIGN_X32", FOREIGN_X32 as usize),
        ("FOREIGN_NUMBERS", FOREIGN_NUMBERS as usize),
        ("RECORD_HEADER_SIZE", RECORD_HEADER_SIZE),
        ("RECORD_TRUNCATED", usize::from(RECORD_TRUNCATED)),
        ("RECORD_RING_DESCRIPTOR", usize::from(RECORD_RING_DESCRIPTOR)),
        ("RING_DESCRIPTOR", RING_DESCRIPTOR as usize),
        ("LOSS_KINDS", LOSS_KINDS),
    ] {
        let _ = writeln!(out, "#define {name} {value}");
    }
    for (kind, name) in Loss::ALL {
        let _ = writeln!(out, "#define {name} {}", kind as u32);
    }
    for (name, size, fields) in shapes() {
        let _ = writeln!(out, "\nstruct {name} {{");
        for (field, ty, count, _) in &fields {
            let array = if *count > 0 { format!("[{count}]") } else { String::new() };
            let _ = writeln!(out, "\t{ty} {field}{array};");
        }
        let _ = writeln!(out, "}};");
        let _ = writeln!(out, "STATIC_ASSERT(sizeof(struct {name}) == {size}, \"size of {name}\");");
        for (field, _, _, offset) in &fields {
            let _ = writeln!(
                out,
                "STATIC_ASSERT(__builtin_offsetof(struct {name}, {field}) == {offset}, \"{name}.{field}\");"
            );
        }
    }
    out.push_str("\n#endif\n");
    out
}
