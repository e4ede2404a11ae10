//! Tiny programs made of system calls: assembled into executables that make exactly these calls, as a 64-bit program with
//! its own calls, as a 64-bit program with 32-bit calls, or as a 32-bit program. They need no compiler and print the
//! results of their calls.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// How a program makes its calls.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Convention {
    /// A 64-bit program, `syscall`.
    Native,
    /// A 64-bit program, `int 0x80`.
    Int80,
    /// A 32-bit program, `int 0x80`.
    Bits32,
}

impl Convention {
    pub fn is_narrow(self) -> bool {
        self != Convention::Native
    }

    /// Bytes of a pointer or `long` in memory that the calls read.
    fn word(self) -> usize {
        if self.is_narrow() { 4 } else { 8 }
    }
}

/// An argument of a call, or an element of memory that an argument points to.
#[derive(Clone, Debug)]
pub enum Arg {
    /// A number.
    N(i64),
    /// The result of an earlier call of the program.
    Ret(usize),
    /// Address of these bytes.
    Bytes(Vec<u8>),
    /// Address of a block that is put together from parts.
    Block(Vec<Part>),
    /// Address of the block with this index among those that the program names (see [`Program::block`]).
    Named(usize),
    /// Where a named block lies in the program's file.
    Offset(usize),
}

/// A part of a block of memory.
#[derive(Clone, Debug)]
pub enum Part {
    /// 16 bits.
    U16(u16),
    /// 32 bits.
    U32(u32),
    /// 64 bits, whatever the convention.
    U64(u64),
    /// A machine word of the convention.
    Word(i64),
    /// The address of something else.
    Address(Arg),
    /// These bytes.
    Raw(Vec<u8>),
}

/// The text with its NUL.
pub fn text(s: &str) -> Arg {
    let mut bytes = s.as_bytes().to_vec();
    bytes.push(0);
    Arg::Bytes(bytes)
}

/// Room that a call fills.
pub fn room(size: usize) -> Arg {
    Arg::Bytes(vec![0; size])
}

const BASE: u64 = 0x0040_0000;
const CODE: u64 = 0x1000;
const RESULTS: u64 = BASE + 0x8000;
/// Where the first block of memory lies.
pub const DATA: u64 = BASE + 0x9000;

/// Assembles calls.
pub struct Assembler {
    convention: Convention,
    code: Vec<u8>,
    data: Vec<u8>,
    named: Vec<u64>,
    calls: usize,
}

impl Assembler {
    pub fn new(convention: Convention) -> Self {
        Assembler { convention, code: Vec::new(), data: Vec::new(), named: Vec::new(), calls: 0 }
    }

    /// Places a block in memory under the next index for [`Arg::Named`], so that several calls can use it.
    pub fn block(&mut self, parts: &[Part]) {
        let address = self.place_parts(parts);
        self.named.push(address);
    }

    /// Adds a call; its result is stored under the next index for [`Arg::Ret`].
    pub fn call(&mut self, name: &str, args: &[Arg]) {
        let number = number(name, self.convention);
        self.load(0, u64::from(number));
        let registers: [u8; 6] = match self.convention {
            Convention::Native => [7, 6, 2, 10, 8, 9], // rdi, rsi, rdx, r10, r8, r9
            _ => [3, 1, 2, 6, 7, 5],                   // ebx, ecx, edx, esi, edi, ebp
        };
        for (register, arg) in registers.into_iter().zip(args) {
            match arg {
                Arg::Ret(index) => self.load_from(register, RESULTS + 8 * *index as u64),
                other => {
                    let value = self.value(other);
                    self.load(register, value);
                }
            }
        }
        self.code.extend(match self.convention {
            Convention::Native => [0x0f, 0x05],
            _ => [0xcd, 0x80],
        });
        let slot = (RESULTS + 8 * self.calls as u64) as u32;
        match self.convention {
            Convention::Bits32 => self.code.push(0xa3), // mov [slot], eax
            _ => self.code.extend([0x48, 0x89, 0x04, 0x25]),
        }
        self.code.extend(slot.to_le_bytes());
        self.calls += 1;
    }

    /// mov register, value
    fn load(&mut self, register: u8, value: u64) {
        if self.convention == Convention::Bits32 {
            self.code.push(0xb8 + register);
            self.code.extend((value as u32).to_le_bytes());
        } else {
            self.code.extend([0x48 | (register >> 3), 0xb8 + (register & 7)]);
            self.code.extend(value.to_le_bytes());
        }
    }

    /// mov register, [address]
    fn load_from(&mut self, register: u8, address: u64) {
        let field = (register & 7) << 3;
        if self.convention == Convention::Bits32 {
            self.code.extend([0x8b, field | 5]);
        } else {
            self.code.extend([0x48 | (register >> 3) << 2, 0x8b, field | 4, 0x25]);
        }
        self.code.extend((address as u32).to_le_bytes());
    }

    fn value(&mut self, arg: &Arg) -> u64 {
        match arg {
            Arg::N(n) => *n as u64,
            Arg::Ret(_) => panic!("results of calls cannot stand in memory"),
            Arg::Bytes(bytes) => self.place(bytes),
            Arg::Block(parts) => self.place_parts(parts),
            Arg::Named(index) => self.named[*index],
            Arg::Offset(index) => self.named[*index] - BASE,
        }
    }

    fn place_parts(&mut self, parts: &[Part]) -> u64 {
        let word = self.convention.word();
        let mut bytes = Vec::new();
        for part in parts {
            match part {
                Part::U16(n) => bytes.extend(n.to_le_bytes()),
                Part::U32(n) => bytes.extend(n.to_le_bytes()),
                Part::U64(n) => bytes.extend(n.to_le_bytes()),
                Part::Word(n) => bytes.extend(&n.to_le_bytes()[..word]),
                Part::Address(arg) => {
                    let address = self.value(arg);
                    bytes.extend(&address.to_le_bytes()[..word]);
                }
                Part::Raw(raw) => bytes.extend(raw),
            }
        }
        self.place(&bytes)
    }

    fn place(&mut self, bytes: &[u8]) -> u64 {
        self.data.resize(self.data.len().next_multiple_of(16), 0);
        let address = DATA + self.data.len() as u64;
        self.data.extend(bytes);
        address
    }

    /// Writes the executable. At the end it prints its results, eight bytes each, and exits with 0.
    pub fn write(mut self, path: &Path) -> io::Result<()> {
        let calls = self.calls;
        self.call("write", &[Arg::N(1), Arg::N(RESULTS as i64), Arg::N(8 * calls as i64)]);
        self.call("exit_group", &[Arg::N(0)]);
        let mut image = self.headers();
        image.resize(CODE as usize, 0);
        image.extend(&self.code);
        assert!(image.len() as u64 <= RESULTS - BASE && calls < 500, "program is too long");
        image.resize((DATA - BASE) as usize, 0);
        image.extend(&self.data);
        fs::write(path, image)?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755))
    }

    /// File header and one segment, readable, writable and executable, that holds everything.
    fn headers(&self) -> Vec<u8> {
        let size = DATA - BASE + self.data.len() as u64;
        let wide = self.convention != Convention::Bits32;
        let (ident, machine): (u8, u16) = if wide { (2, 62) } else { (1, 3) };
        let mut out = vec![0x7f, b'E', b'L', b'F', ident, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        out.extend(2u16.to_le_bytes());
        out.extend(machine.to_le_bytes());
        out.extend(1u32.to_le_bytes());
        let word = |out: &mut Vec<u8>, n: u64| {
            if wide { out.extend(n.to_le_bytes()) } else { out.extend((n as u32).to_le_bytes()) }
        };
        let header: u16 = if wide { 64 } else { 52 };
        word(&mut out, BASE + CODE);
        word(&mut out, u64::from(header));
        word(&mut out, 0);
        out.extend(0u32.to_le_bytes());
        for n in [header, if wide { 56 } else { 32 }, 1, 0, 0, 0] {
            out.extend(n.to_le_bytes());
        }
        out.extend(1u32.to_le_bytes());
        if wide {
            out.extend(7u32.to_le_bytes());
        }
        for n in [0, BASE, BASE, size, size] {
            word(&mut out, n);
        }
        if !wide {
            out.extend(7u32.to_le_bytes());
        }
        word(&mut out, 0x1000);
        out
    }
}

/// Number of a call in a convention. Of several 32-bit calls that count as the same the newest is taken.
fn number(name: &str, convention: Convention) -> u32 {
    if let Some(number) = name.strip_prefix('#') {
        return number.parse().expect("a number");
    }
    let call = catalogue::syscall_by_name(name).unwrap_or_else(|| panic!("unknown call {name}"));
    let native = call.x86_64.unwrap_or_else(|| panic!("{name} does not exist here"));
    if !convention.is_narrow() {
        return u32::from(native);
    }
    (0..470)
        .rev()
        .find(|n| catalogue::ia32_to_x86_64(*n) == Some(native))
        .unwrap_or_else(|| panic!("{name} has no 32-bit call"))
}
