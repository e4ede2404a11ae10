//! A set of networks: is an address inside any of them? One hash look-up for each distinct prefix length.

use std::net::IpAddr;

use ir::Network;
use rustc_hash::FxHashSet;

/// An immutable set of networks.
#[derive(Debug, Default)]
pub(crate) struct Networks {
    v4: Vec<(u32, FxHashSet<u32>)>,
    v6: Vec<(u128, FxHashSet<u128>)>,
}

impl Networks {
    pub(crate) fn new(members: impl Iterator<Item = Network>) -> Networks {
        let mut networks = Networks::default();
        for member in members {
            match member.address {
                IpAddr::V4(address) => {
                    let mask = u32::MAX.checked_shl(32 - u32::from(member.prefix.min(32))).unwrap_or(0);
                    insert(&mut networks.v4, mask, u32::from(address) & mask);
                }
                IpAddr::V6(address) => {
                    let mask = u128::MAX.checked_shl(128 - u32::from(member.prefix.min(128))).unwrap_or(0);
                    insert(&mut networks.v6, mask, u128::from(address) & mask);
                }
            }
        }
        networks
    }

    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => {
                let bits = u32::from(address);
                self.v4.iter().any(|(mask, starts)| starts.contains(&(bits & mask)))
            }
            IpAddr::V6(address) => {
                let bits = u128::from(address);
                self.v6.iter().any(|(mask, starts)| starts.contains(&(bits & mask)))
            }
        }
    }
}

fn insert<T: Copy + Eq + std::hash::Hash>(groups: &mut Vec<(T, FxHashSet<T>)>, mask: T, start: T) {
    match groups.iter_mut().find(|(known, _)| *known == mask) {
        Some((_, starts)) => {
            starts.insert(start);
        }
        None => groups.push((mask, FxHashSet::from_iter([start]))),
    }
}
