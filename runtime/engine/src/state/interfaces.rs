//! Network interfaces: which addresses are this machine's.

use std::net::IpAddr;

/// One address of one interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Name of the interface.
    pub name: Box<str>,
    /// Its address.
    pub ip: IpAddr,
    /// Its network mask, of the same family.
    pub mask: IpAddr,
    /// Its broadcast address, of the same family.
    pub broadcast: IpAddr,
}

/// All addresses of the machine.
#[derive(Clone, Debug, Default)]
pub struct Interfaces {
    list: Vec<Interface>,
}

impl Interfaces {
    /// The addresses, in the order of the snapshot.
    pub fn list(&self) -> &[Interface] {
        &self.list
    }
}
