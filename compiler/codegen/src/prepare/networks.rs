//! A set of networks: is an address inside any of them? One hash look-up for each distinct prefix length.

use std::net::IpAddr;

use ir::Network;
use ir::ops::net;
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
                    let mask = net::mask_v4(member.prefix);
                    insert(&mut networks.v4, mask, u32::from(address) & mask);
                }
                IpAddr::V6(address) => {
                    let mask = net::mask_v6(member.prefix);
                    insert(&mut networks.v6, mask, u128::from(address) & mask);
                }
            }
        }
        networks
    }

    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => self.contains_v4(address.to_bits()),
            IpAddr::V6(address) => {
                let bits = address.to_bits();
                self.v6.iter().any(|(mask, starts)| starts.contains(&(bits & mask)))
            }
        }
    }

    #[inline]
    pub(crate) fn contains_v4(&self, address: u32) -> bool {
        self.v4.iter().any(|(mask, starts)| starts.contains(&(address & mask)))
    }

    /// The IPv4 networks, each as its mask and start, when there are at most `most`.
    pub(crate) fn few_v4(&self, most: usize) -> Option<impl Iterator<Item = (u32, u32)>> {
        let count: usize = self.v4.iter().map(|(_, starts)| starts.len()).sum();
        (count <= most)
            .then(|| self.v4.iter().flat_map(|(mask, starts)| starts.iter().map(|start| (*mask, *start))))
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
