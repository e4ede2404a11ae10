//! What the process may do: everything that watching the kernel does not need is given up before the first event, and
//! before the first thread is started, as rights belong to threads.

use rustix::thread::{
    CapabilitySet, CapabilitySets, capabilities, capability_is_in_bounding_set, clear_ambient_capability_set,
    remove_capability_from_bounding_set, set_capabilities,
};

/// What the probe and `/proc` of other users' processes need for as long as the program runs.
const NEEDED: CapabilitySet = CapabilitySet::BPF
    .union(CapabilitySet::PERFMON)
    .union(CapabilitySet::SYS_PTRACE)
    .union(CapabilitySet::DAC_READ_SEARCH);

/// What the process that compiles rules needs to become nobody. It gets this from being started by root; the program
/// itself has it no longer.
const OF_COMPILER: CapabilitySet = CapabilitySet::SETUID.union(CapabilitySet::SETGID);

/// First release whose eBPF memory is not charged to RLIMIT_MEMLOCK.
const WITHOUT_MEMLOCK: (u32, u32) = (5, 11);

/// What must stay possible besides watching.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wishes {
    /// A port below 1024 is to be listened on.
    pub(crate) low_port: bool,
    /// Programs are started for alerts; they keep what the program was started with.
    pub(crate) programs: bool,
}

/// Gives up every capability that is not needed. Gives the names of those that stay.
pub(crate) fn reduce(wishes: Wishes) -> Result<Vec<String>, String> {
    let failed = |what: &str, error: rustix::io::Errno| format!("cannot {what}: {error}");
    let present = capabilities(None).map_err(|error| failed("read capabilities", error))?;
    let mut keep = NEEDED;
    keep.set(CapabilitySet::NET_BIND_SERVICE, wishes.low_port);
    keep.set(CapabilitySet::SYS_RESOURCE, release() < WITHOUT_MEMLOCK);
    // A kernel without ambient capabilities has none to clear.
    let _ = clear_ambient_capability_set();
    // Changing the bounding set takes a capability itself, so it comes first.
    if !wishes.programs && present.effective.contains(CapabilitySet::SETPCAP) {
        for capability in CapabilitySet::all().difference(keep.union(OF_COMPILER)).iter() {
            // Capabilities that this kernel does not know are not in the set.
            if capability_is_in_bounding_set(capability).unwrap_or(false) {
                remove_capability_from_bounding_set(capability)
                    .map_err(|error| failed("reduce the bounding set", error))?;
            }
        }
    }
    let reduced = CapabilitySets {
        effective: present.effective.intersection(keep),
        permitted: present.permitted.intersection(keep),
        inheritable: CapabilitySet::empty(),
    };
    set_capabilities(None, reduced).map_err(|error| failed("give up capabilities", error))?;
    Ok(reduced.effective.iter_names().map(|(name, _)| format!("CAP_{name}")).collect())
}

/// Major and minor number of the running kernel.
pub(crate) fn release() -> (u32, u32) {
    let name = rustix::system::uname();
    let mut parts =
        name.release().to_str().unwrap_or_default().split(['.', '-']).map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_keeps_what_it_needs_only() {
        // Capabilities belong to threads, so the test harness keeps its own.
        std::thread::spawn(|| {
            let before = capabilities(None).unwrap().effective;
            let kept = reduce(Wishes { low_port: true, programs: true }).unwrap();
            let after = capabilities(None).unwrap();
            let most = NEEDED.union(CapabilitySet::NET_BIND_SERVICE).union(CapabilitySet::SYS_RESOURCE);
            assert!(most.contains(after.effective) && most.contains(after.permitted));
            assert!(after.inheritable.is_empty());
            assert_eq!(after.effective.contains(CapabilitySet::BPF), before.contains(CapabilitySet::BPF));
            assert_eq!(kept.len(), after.effective.iter().count());
        })
        .join()
        .unwrap();
    }

    #[test]
    fn the_release_has_numbers() {
        assert!(release() > (2, 6));
    }
}
