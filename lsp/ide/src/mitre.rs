//! Tags that stand for tactics and techniques of MITRE ATT&CK (<https://attack.mitre.org>, enterprise matrix).

/// Tactics: the tag, the tactic's number, its name.
pub(crate) const TACTICS: [(&str, &str, &str); 14] = [
    ("mitre_reconnaissance", "TA0043", "Reconnaissance"),
    ("mitre_resource_development", "TA0042", "Resource Development"),
    ("mitre_initial_access", "TA0001", "Initial Access"),
    ("mitre_execution", "TA0002", "Execution"),
    ("mitre_persistence", "TA0003", "Persistence"),
    ("mitre_privilege_escalation", "TA0004", "Privilege Escalation"),
    ("mitre_defense_evasion", "TA0005", "Defense Evasion"),
    ("mitre_credential_access", "TA0006", "Credential Access"),
    ("mitre_discovery", "TA0007", "Discovery"),
    ("mitre_lateral_movement", "TA0008", "Lateral Movement"),
    ("mitre_collection", "TA0009", "Collection"),
    ("mitre_command_and_control", "TA0011", "Command and Control"),
    ("mitre_exfiltration", "TA0010", "Exfiltration"),
    ("mitre_impact", "TA0040", "Impact"),
];

/// Techniques that rules for Linux hosts and containers are usually about.
pub(crate) const TECHNIQUES: [(&str, &str); 47] = [
    ("T1003", "OS Credential Dumping"),
    ("T1014", "Rootkit"),
    ("T1020", "Automated Exfiltration"),
    ("T1021", "Remote Services"),
    ("T1021.004", "Remote Services: SSH"),
    ("T1027", "Obfuscated Files or Information"),
    ("T1036", "Masquerading"),
    ("T1037", "Boot or Logon Initialization Scripts"),
    ("T1041", "Exfiltration Over C2 Channel"),
    ("T1046", "Network Service Discovery"),
    ("T1048", "Exfiltration Over Alternative Protocol"),
    ("T1049", "System Network Connections Discovery"),
    ("T1053", "Scheduled Task/Job"),
    ("T1053.003", "Scheduled Task/Job: Cron"),
    ("T1055", "Process Injection"),
    ("T1055.008", "Process Injection: Ptrace System Calls"),
    ("T1059", "Command and Scripting Interpreter"),
    ("T1059.004", "Command and Scripting Interpreter: Unix Shell"),
    ("T1068", "Exploitation for Privilege Escalation"),
    ("T1070", "Indicator Removal"),
    ("T1071", "Application Layer Protocol"),
    ("T1082", "System Information Discovery"),
    ("T1083", "File and Directory Discovery"),
    ("T1090", "Proxy"),
    ("T1098", "Account Manipulation"),
    ("T1105", "Ingress Tool Transfer"),
    ("T1190", "Exploit Public-Facing Application"),
    ("T1204", "User Execution"),
    ("T1222.002", "File and Directory Permissions Modification: Linux and Mac"),
    ("T1485", "Data Destruction"),
    ("T1496", "Resource Hijacking"),
    ("T1505", "Server Software Component"),
    ("T1543", "Create or Modify System Process"),
    ("T1546.004", "Event Triggered Execution: Unix Shell Configuration Modification"),
    ("T1547.006", "Boot or Logon Autostart Execution: Kernel Modules and Extensions"),
    ("T1548.001", "Abuse Elevation Control Mechanism: Setuid and Setgid"),
    ("T1552", "Unsecured Credentials"),
    ("T1552.001", "Unsecured Credentials: Credentials In Files"),
    ("T1552.004", "Unsecured Credentials: Private Keys"),
    ("T1552.005", "Unsecured Credentials: Cloud Instance Metadata API"),
    ("T1556", "Modify Authentication Process"),
    ("T1564.001", "Hide Artifacts: Hidden Files and Directories"),
    ("T1565", "Data Manipulation"),
    ("T1571", "Non-Standard Port"),
    ("T1574.006", "Hijack Execution Flow: Dynamic Linker Hijacking"),
    ("T1611", "Escape to Host"),
    ("T1620", "Reflective Code Loading"),
];

/// The page about a tag, and its name if it is known here.
pub(crate) fn page(tag: &str) -> Option<(String, Option<&'static str>)> {
    if let Some((_, id, name)) = TACTICS.iter().find(|(word, ..)| *word == tag) {
        return Some((format!("https://attack.mitre.org/tactics/{id}/"), Some(name)));
    }
    let digits = tag.strip_prefix('T')?;
    let (technique, sub) = digits.split_once('.').map_or((digits, None), |(a, b)| (a, Some(b)));
    let numeric =
        |text: &str, len: usize| text.len() == len && text.bytes().all(|byte| byte.is_ascii_digit());
    if !numeric(technique, 4) || sub.is_some_and(|sub| !numeric(sub, 3)) {
        return None;
    }
    let name = TECHNIQUES.iter().find(|(id, _)| *id == tag).map(|(_, name)| *name);
    let sub = sub.map_or_else(String::new, |sub| format!("{sub}/"));
    Some((format!("https://attack.mitre.org/techniques/T{technique}/{sub}"), name))
}

#[cfg(test)]
mod tests {
    use super::page;

    #[test]
    fn pages() {
        assert_eq!(page("T1059.004").unwrap().0, "https://attack.mitre.org/techniques/T1059/004/");
        assert_eq!(page("mitre_execution").unwrap().1, Some("Execution"));
        assert_eq!(page("T10"), None);
        assert_eq!(page("container"), None);
    }
}
