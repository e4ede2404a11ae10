//! The tables of a section: blocks of every kind into one snapshot, within a limit on memory.

use std::io::Read;

use super::block::{Body, Kind};
use super::error::{Result, ScapError, ScapErrorKind};
use super::{descriptors, machine, processes, users};
use crate::snapshot::{Fd, FdTable, Interface, Snapshot, Thread, User};

/// Tables read so far, and the memory they take.
pub(super) struct Tables {
    snapshot: Snapshot,
    used: u64,
    limit: u64,
}

impl Tables {
    /// No tables yet; `limit` in bytes.
    pub(super) fn new(limit: u64) -> Self {
        Tables { snapshot: Snapshot::default(), used: 0, limit }
    }

    /// All of them.
    pub(super) fn finish(self) -> Snapshot {
        self.snapshot
    }

    /// Reads one table block. `false` when a part of it had to be left out.
    pub(super) fn read<R: Read>(&mut self, kind: Kind, mut body: Body<'_, R>, offset: u64) -> Result<bool> {
        let Tables { snapshot, used, limit } = self;
        let mut charge = |bytes: u64| {
            *used += bytes;
            if *used > *limit {
                Err(ScapError { offset, kind: ScapErrorKind::TablesTooLarge })
            } else {
                Ok(())
            }
        };
        // The texts of all entries; what an entry takes beside them is charged with the entry.
        charge(body.len())?;
        let mut complete = true;
        match kind {
            Kind::Machine => snapshot.machine = Some(machine::read_machine(&mut body)?),
            Kind::Processes(version) => processes::read(version, &mut body, |thread| {
                charge(size_of::<Thread>() as u64)?;
                snapshot.threads.push(thread);
                Ok(())
            })?,
            Kind::Descriptors { sized } => {
                let mut table = FdTable { tid: descriptors::read_tid(&mut body)?, entries: Vec::new() };
                complete = descriptors::read(sized, &mut body, |fd| {
                    charge(size_of::<Fd>() as u64)?;
                    table.entries.push(fd);
                    Ok(())
                })?;
                if !table.entries.is_empty() {
                    charge(size_of::<FdTable>() as u64)?;
                    snapshot.descriptors.push(table);
                }
            }
            Kind::Interfaces { sized } => machine::read_interfaces(sized, &mut body, |interface| {
                charge(size_of::<Interface>() as u64)?;
                snapshot.interfaces.extend(interface);
                Ok(())
            })?,
            Kind::Users { sized } => users::read(sized, &mut body, |entry| {
                charge(size_of::<User>() as u64)?;
                match entry {
                    users::Entry::User(user) => snapshot.users.push(user),
                    users::Entry::Group(group) => snapshot.groups.push(group),
                    users::Entry::Other => {}
                }
                Ok(())
            })?,
            Kind::Section | Kind::Event { .. } | Kind::Unknown => {}
        }
        body.close()?;
        Ok(complete)
    }
}
