//! A snapshot of the state, loaded again, gives the same state.

use engine::state::FdKind;
use engine::{Options, State, Tracker};
use events::scap::{Reader, Record};

fn live_again(state: &State) -> Tracker {
    let mut tracker = Tracker::new(Options::default(), Box::new(engine::NullHost));
    tracker.load(&state.snapshot());
    tracker
}

#[test]
fn a_state_survives_being_written_down() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/captures/demo.scap");
    let mut reader = Reader::new(std::fs::File::open(path).unwrap()).unwrap();
    let mut tracker = Tracker::default();
    tracker.load(&reader.take_snapshot());
    while let Some(record) = reader.next_record().unwrap() {
        if let Record::Event(event) = record {
            tracker.apply(&event, true);
        }
    }
    let before = tracker.state();
    let loaded = live_again(before);
    let after = loaded.state();
    assert!(before.threads.len() > 3);
    let mut compared = 0;
    for thread in before.threads.iter().filter(|thread| !thread.is_invalid()) {
        let other = after.thread(thread.tid).unwrap();
        assert_eq!(
            (other.pid, other.ptid, other.uid, &other.comm),
            (thread.pid, thread.ptid, thread.uid, &thread.comm)
        );
        assert_eq!(
            (&other.args, &other.cgroups, &other.exepath),
            (&thread.args, &thread.cgroups, &thread.exepath)
        );
        assert_eq!(before.cwd(thread), after.cwd(other));
        assert_eq!(before.container_id(thread), after.container_id(other));
        for (num, fd) in before.open_fds(thread).filter(|(_, fd)| fd.kind != FdKind::Unknown) {
            let copy = after.fd(other, num).unwrap();
            assert_eq!((copy.kind, copy.ino, copy.dev), (fd.kind, fd.ino, fd.dev), "descriptor {num}");
            if !fd.kind.is_ip() {
                assert_eq!(copy.name, fd.name, "descriptor {num}");
            }
            compared += 1;
        }
    }
    assert!(compared > 3, "{compared}");
}
