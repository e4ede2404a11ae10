//! What does not change while the program runs.

use endpoints::metrics::{Facts, HostNumbers, ProcessNumbers};

use super::Context;
use crate::host::Roots;
use crate::versions;

const SECOND_NS: f64 = 1e9;

/// Reads them.
pub(super) fn read(context: &Context<'_>) -> Facts {
    let roots = Roots::of_environment();
    let release = std::fs::read_to_string(roots.proc.join("sys/kernel/osrelease")).unwrap_or_default();
    let plugins = context.plugins.iter().map(|(name, version)| (name.as_str(), version.as_str()));
    let cpus = nix::unistd::sysconf(nix::unistd::SysconfVar::_NPROCESSORS_ONLN).ok().flatten();
    Facts {
        falco_version: versions::FALCO.to_string(),
        version: env!("CARGO_PKG_VERSION").to_string(),
        versions_json: versions::json(plugins).to_string(),
        hostname: context.hostname.to_string(),
        kernel_release: release.trim().to_string(),
        start_ns: (ProcessNumbers::read().start_seconds * SECOND_NS) as u64,
        boot_ns: HostNumbers::read(&roots.root).boot_seconds * SECOND_NS as u64,
        num_cpus: cpus.and_then(|cpus| u64::try_from(cpus).ok()).unwrap_or(1),
    }
}
