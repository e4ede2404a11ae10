//! Which way of hooking calls suits a host, and why better ones do not.

use std::collections::BTreeSet;
use std::fmt;

use catalogue::SyscallCode;

use crate::features::Features;
use crate::names::Names;
use crate::object::Attachment;

/// Most calls that are hooked one by one without being asked for: each takes milliseconds, and when nearly all calls are
/// wanted there is nothing to save.
const SINGLE_LIMIT: usize = 128;

/// The way of hooking calls that is in use, and why better ones are not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// In use.
    pub attachment: Attachment,
    /// Better ways, and in a few words why they are not in use.
    pub passed_over: Vec<(Attachment, String)>,
}

/// One line.
impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.attachment.fmt(f)?;
        for (index, (attachment, reason)) in self.passed_over.iter().enumerate() {
            let mark = if index == 0 { " (" } else { "; " };
            write!(f, "{mark}not {}: {reason}", attachment.name())?;
        }
        f.write_str(if self.passed_over.is_empty() { "" } else { ")" })
    }
}

/// Every way, the best first, with the reason not to take it, as far as that can be told without trying.
pub(crate) fn ranking(
    features: &Features,
    names: &Names,
    syscalls: &BTreeSet<SyscallCode>,
) -> [(Attachment, Option<String>); 4] {
    let too_many = || {
        let count = syscalls.len();
        (count > SINGLE_LIMIT).then(|| format!("{count} calls are too many to be hooked one by one"))
    };
    let no_fexit = || {
        if !features.tracing {
            return Some("this kernel permits no programs on its functions".to_string());
        }
        if features.preemptible {
            return Some(
                "this kernel may interrupt such programs for other threads, or hides whether it does".into(),
            );
        }
        let mut calls = syscalls.iter().filter_map(|code| code.get());
        let missed = calls.find(|call| features.compat_calls && names.may_miss_narrow(call.name));
        missed.map(|call| format!("the function of the 32-bit {} is unknown", call.name)).or_else(too_many)
    };
    let no_native = || {
        if features.compat_calls {
            return Some("it does not see 32-bit calls, which can be made here".to_string());
        }
        if features.tracefs.is_none() {
            return Some("the trace file system is not mounted".into());
        }
        too_many()
    };
    [
        (Attachment::Fexit, no_fexit()),
        (Attachment::Native, no_native()),
        (Attachment::Default, None),
        (Attachment::Portable, None),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A host on which everything works.
    fn host() -> Features {
        Features {
            btf: true,
            ring_buffer: true,
            raw_tracepoint: true,
            tracing: true,
            preemptible: false,
            kprobe: true,
            tracefs: Some("/sys/kernel/tracing"),
            privileged: true,
            confidential: false,
            compat_calls: true,
        }
    }

    fn best(features: &Features, calls: usize) -> Attachment {
        let calls = catalogue::syscalls().map(|call| call.code).take(calls).collect();
        let ranking = ranking(features, &Names::default(), &calls);
        ranking.into_iter().find(|(_, reason)| reason.is_none()).unwrap().0
    }

    #[test]
    fn the_best_that_leaves_no_blind_spot() {
        assert_eq!(best(&host(), 60), Attachment::Fexit);
        assert_eq!(best(&host(), 200), Attachment::Default);
        let preemptible = Features { preemptible: true, ..host() };
        assert_eq!(best(&preemptible, 60), Attachment::Default);
        let refusing = Features { tracing: false, ..host() };
        assert_eq!(best(&refusing, 60), Attachment::Default);
        let wide = Features { compat_calls: false, ..refusing };
        assert_eq!(best(&wide, 60), Attachment::Native);
        assert_eq!(best(&wide, 200), Attachment::Default);
        assert_eq!(best(&Features { tracefs: None, ..wide }, 60), Attachment::Default);
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn unknown_functions_of_32_bit_calls_are_a_blind_spot() {
        let calls = BTreeSet::from([catalogue::syscall_by_name("openat").unwrap().code]);
        let reason = |functions: &[&str]| {
            let names = Names::of(functions.iter().copied());
            let [(attachment, reason), ..] = ranking(&host(), &names, &calls);
            assert_eq!(attachment, Attachment::Fexit);
            reason
        };
        assert!(reason(&["__x64_sys_openat"]).is_some_and(|reason| reason.contains("openat")));
        assert_eq!(reason(&["__x64_sys_openat", "__ia32_compat_sys_openat"]), None);
    }

    #[test]
    fn a_choice_is_told_with_its_reasons() {
        let passed_over =
            vec![(Attachment::Fexit, "why".to_string()), (Attachment::Native, "so".to_string())];
        let choice = Choice { attachment: Attachment::Default, passed_over };
        let wanted = "default: one hook on the end of all system calls (not fexit: why; not native: so)";
        assert_eq!(choice.to_string(), wanted);
    }
}
