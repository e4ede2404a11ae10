//! What other tools and people call a field.

/// Names that are no fields here, each with the field that is meant.
const SYNONYMS: &[(&str, &str)] = &[
    ("cmdline", "proc.cmdline"),
    ("command", "proc.cmdline"),
    ("container.image.name", "container.image.repository"),
    ("container_id", "container.id"),
    ("destination.ip", "fd.sip"),
    ("destination.port", "fd.sport"),
    ("dst.ip", "fd.sip"),
    ("dst.port", "fd.sport"),
    ("event.type", "evt.type"),
    ("evt.name", "evt.type"),
    ("fd.path", "fd.name"),
    ("file.directory", "fd.directory"),
    ("file.name", "fd.filename"),
    ("file.path", "fd.name"),
    ("filename", "fd.filename"),
    ("k8s.namespace", "k8s.ns.name"),
    ("k8s.namespace.name", "k8s.ns.name"),
    ("k8s.pod", "k8s.pod.name"),
    ("parent.name", "proc.pname"),
    ("path", "fd.name"),
    ("pid", "proc.pid"),
    ("proc.command", "proc.cmdline"),
    ("proc.parent", "proc.pname"),
    ("proc.parent.name", "proc.pname"),
    ("proc.path", "proc.exepath"),
    ("proc.user", "user.name"),
    ("process.args", "proc.args"),
    ("process.cmdline", "proc.cmdline"),
    ("process.command_line", "proc.cmdline"),
    ("process.executable", "proc.exepath"),
    ("process.name", "proc.name"),
    ("process.parent.name", "proc.pname"),
    ("process.pid", "proc.pid"),
    ("process.ppid", "proc.ppid"),
    ("source.ip", "fd.cip"),
    ("source.port", "fd.cport"),
    ("src.ip", "fd.cip"),
    ("src.port", "fd.cport"),
    ("syscall", "evt.type"),
    ("user.id", "user.uid"),
    ("username", "user.name"),
];

/// The field that a name stands for elsewhere, whatever its case.
pub(crate) fn of(name: &str) -> Option<&'static str> {
    SYNONYMS.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, field)| *field)
}

#[cfg(test)]
mod tests {
    use super::SYNONYMS;
    use crate::FieldId;

    #[test]
    fn each_names_a_field_and_is_none() {
        for (name, field) in SYNONYMS {
            assert!(FieldId::from_name(field).is_some(), "{field}");
            assert!(FieldId::from_name(name).is_none(), "{name}");
        }
        assert!(SYNONYMS.is_sorted());
    }
}
