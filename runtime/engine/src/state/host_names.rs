//! Host names that rules compare addresses with, and the addresses that they stand for.

use std::net::IpAddr;

use rustc_hash::FxHashMap;

/// Which names stand for an address, as somebody found out who may ask the network.
#[derive(Clone, Debug, Default)]
pub struct HostNames {
    by_address: FxHashMap<IpAddr, Vec<Box<str>>>,
}

impl HostNames {
    /// From names with all their addresses.
    pub fn new<'n>(names: impl IntoIterator<Item = (&'n str, &'n [IpAddr])>) -> HostNames {
        let mut by_address: FxHashMap<IpAddr, Vec<Box<str>>> = FxHashMap::default();
        for (name, addresses) in names {
            for address in addresses {
                by_address.entry(address.to_canonical()).or_default().push(name.into());
            }
        }
        HostNames { by_address }
    }

    /// The names that stand for an address.
    pub fn of(&self, address: IpAddr) -> &[Box<str>] {
        self.by_address.get(&address.to_canonical()).map_or(&[], |names| names)
    }
}
