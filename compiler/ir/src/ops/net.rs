//! Addresses and networks.

use std::net::IpAddr;

use catalogue::Operator;

use crate::consts::Network;

/// Compares two addresses: equal when family and bytes are.
pub fn compare(op: Operator, left: IpAddr, right: IpAddr) -> bool {
    match op {
        Operator::Eq | Operator::In | Operator::Intersects => left == right,
        Operator::Ne => left != right,
        _ => false,
    }
}

/// Compares an address with a network: `=` means inside. An address of the other family is outside.
pub fn compare_network(op: Operator, address: IpAddr, network: &Network) -> bool {
    match op {
        Operator::Eq | Operator::In | Operator::Intersects => contains(network, address),
        Operator::Ne => !contains(network, address),
        _ => false,
    }
}

/// Whether the address is in the network.
#[inline]
pub fn contains(network: &Network, address: IpAddr) -> bool {
    match (network.address, address) {
        (IpAddr::V4(inside), IpAddr::V4(address)) => {
            (inside.to_bits() ^ address.to_bits()) & mask_v4(network.prefix) == 0
        }
        (IpAddr::V6(inside), IpAddr::V6(address)) => {
            (inside.to_bits() ^ address.to_bits()) & mask_v6(network.prefix) == 0
        }
        _ => false,
    }
}

/// The mask of a v4 prefix; more than 32 bits count as 32.
#[inline]
pub fn mask_v4(prefix: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(prefix.min(32))).unwrap_or(0)
}

/// The mask of a v6 prefix; more than 128 bits count as 128.
#[inline]
pub fn mask_v6(prefix: u8) -> u128 {
    u128::MAX.checked_shl(128 - u32::from(prefix.min(128))).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        let (address, prefix) = text.split_once('/').unwrap();
        Network { address: address.parse().unwrap(), prefix: prefix.parse().unwrap() }
    }

    #[test]
    fn containment() {
        for (address, net, inside) in [
            ("10.1.2.3", "10.0.0.0/8", true),
            ("10.1.2.3", "10.9.9.9/8", true),
            ("11.1.2.3", "10.0.0.0/8", false),
            ("11.1.2.3", "10.0.0.0/0", true),
            ("1.2.3.4", "1.2.3.4/32", true),
            ("1.2.3.5", "1.2.3.4/32", false),
            ("142.251.111.147", "142.0.0.0/4", true),
            ("::1", "0.0.0.0/0", false),
            ("2001:4860:4860::8888", "2001:4860:4860::8888/48", true),
            ("2001:4860:4861::8888", "2001:4860:4860::8888/48", false),
            ("::ffff", "::/1", true),
            ("::1", "::1/128", true),
            ("::2", "::1/128", false),
        ] {
            let (address, network) = (address.parse().unwrap(), network(net));
            assert_eq!(contains(&network, address), inside, "{address} {net}");
            assert_eq!(compare_network(Operator::Ne, address, &network), !inside, "{address} {net}");
        }
    }
}
